"""The codebase judged by itself: arrows, forbidden calls, missing words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
LAYERS = [{"groups", "reminders"}, {"scheduling"}, {"patients"}, {"centers"}, {"audit"}, {"backend.api"}]
ROOMS = [name for layer in LAYERS for name in layer]
RELATIONS = ("ForeignKey", "OneToOneField", "ManyToManyField")


def product_files() -> list[Path]:
    found = [ROOT / "iop.py"]
    for room in ("backend", "audit", "centers", "patients", "scheduling", "groups", "reminders"):
        found += (ROOT / room).rglob("*.py")
    return [path for path in sorted(found) if "migrations" not in path.parts]


def room_of(dotted: str) -> str | None:
    return next((room for room in ROOMS if dotted == room or dotted.startswith(f"{room}.")), None)


def home_of(path: Path) -> str | None:
    return room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in RELATIONS:
            yield from (str(target.value) for target in node.args[:1] if isinstance(target, ast.Constant))


@pytest.mark.parametrize("path", product_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_downwards(path: Path) -> None:
    home = home_of(path)
    height = {room: number for number, layer in enumerate(LAYERS) for room in layer}
    for name in imported(ast.parse(path.read_text(encoding="utf-8"))):
        there = room_of(name)
        if home and there and there != home:
            assert height[there] > height[home], f"{home} imports {name}"
        if home and name.startswith("backend.") and not name.startswith("backend.api"):
            pytest.fail(f"{home} imports the roof: {name}")


@pytest.mark.parametrize("path", product_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_say_what_lives_in_them(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text))


FORBIDDEN = {
    "guardian shortcuts ignore dates": r"guardian\.shortcuts|\bassign_perm\b|get_objects_for_user|\bremove_perm\b",
    "the log cannot be switched off": r"disable_auditlog|raw=True",
    "now comes from the clock": r"datetime\.now\(|date\.today\(|timezone\.now\b|utcnow\(",
    "suppressions need to be argued for": r"#\s*(noqa|type:\s*ignore|pragma: no cover)",
    "nothing is left for later in code": r"#.*\b(TODO|FIXME|XXX|HACK)\b",
    "every exception is named": r"except\s*:|except (Base)?Exception\b",
}
# Where the one clock and the one source of random waits live, and the launcher, which runs before Django is there.
ALLOWED = {"now comes from the clock": {"backend/api/clock.py"}}


@pytest.mark.parametrize("reason", FORBIDDEN)
def test_forbidden_calls_are_absent(reason: str) -> None:
    found = []
    for path in product_files():
        name = str(path.relative_to(ROOT))
        if name not in ALLOWED.get(reason, set()) and re.search(FORBIDDEN[reason], path.read_text(encoding="utf-8")):
            found.append(name)
    assert not found, reason


def test_views_and_serializers_do_not_query() -> None:
    names = ("views", "serializers", "viewsets")
    files = [path for path in product_files() if path.stem.endswith(names) or set(path.parts) & set(names)]
    assert not [path for path in files if re.search(r"\.objects\b", path.read_text(encoding="utf-8"))]


def test_imports_stand_at_the_top_of_modules() -> None:
    found = []
    for path in product_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name != "ready":
                inner = [one for one in ast.walk(node) if isinstance(one, ast.Import | ast.ImportFrom)]
                found += [f"{path.relative_to(ROOT)}:{one.lineno}" for one in inner]
    assert not found


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_migrations_have_names() -> None:
    found = [path for room in ROOMS for path in (ROOT / room.replace(".", "/") / "migrations").glob("0*.py")]
    assert found
    assert not [path.name for path in found if re.fullmatch(r"\d{4}_(auto|alter|initial)?_?\d*\w{0,0}\.py", path.name)]


def test_every_table_of_a_room_names_its_center() -> None:
    unscoped = {"Staff", "SignIn", "Attempts", "AccountMail", "SubjectMembership", "Suppression", "Center"}
    for label in ("centers", "patients", "scheduling", "groups", "reminders"):
        for model in apps.get_app_config(label).get_models():
            names = {item.name for item in model._meta.get_fields()}
            assert names & {"center", "content_object"} or model.__name__ in unscoped, model
