"""Chains of requests in which one's answer is the next one's address or reference, as the document links them."""

from contextlib import ExitStack
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from schemathesis import GenerationMode, Response
from schemathesis.generation.stateful.state_machine import APIStateMachine, StepInput, StepOutput

from tests.fuzz.campaign import Campaign
from tests.fuzz.document import Request
from tests.fuzz.hints import SEVEN


class Steps(APIStateMachine):
    """One chain: one person, one attempt."""

    campaign: ClassVar[Campaign]

    def setup(self) -> None:
        """Who asks; what is done in this process is undone after the chain."""
        self.person = self.campaign.dice.choice(list(SEVEN.values()))
        self.around = ExitStack()
        self.around.enter_context(self.campaign.target.attempt())

    def step(self, taken: StepInput) -> StepOutput:
        """One request; an address that an earlier answer gave stays as it is."""
        case = taken.case
        mode = case.meta.generation.mode if case.meta else GenerationMode.POSITIVE
        hint = self.campaign.operations[case.operation.label]
        self.campaign.guide(hint, self.person, case, mode, keep="path" if taken.transition else "")
        return super().step(taken)

    def call(self, case: Request, **kwargs: Any) -> Response:
        """Send and judge it."""
        return self.campaign.send("stateful", self.campaign.operations[case.operation.label], self.person, case)

    def validate_response(self, response: Response, case: Request, *args: Any, **kwargs: Any) -> None:
        """Judged when it was received."""

    def teardown(self) -> None:
        """Undo."""
        self.around.close()
        super().teardown()


def chained(campaign: Campaign, examples: int, steps: int) -> None:
    """So many chains of at most so many requests."""
    chain: Any = type("Chain", (Steps, campaign.schema.as_state_machine()), {"campaign": campaign})
    chain.run(
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
    )
