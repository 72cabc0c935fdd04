"""Every operation is asked by one person of each role, with what the document allows and with what it does not."""

import json

import pytest

from tests.access.scene import Scene
from tests.fuzz.campaign import Campaign
from tests.fuzz.chains import chained
from tests.fuzz.document import operations, schema
from tests.fuzz.doors import passed
from tests.fuzz.hints import SEVEN, hints
from tests.fuzz.targets import InProcess

pytestmark = pytest.mark.xdist_group("fuzz")
SEED, PEOPLE, EXAMPLES, CHAINS, STEPS = 7, 2, 2, 8, 6


def test_no_answer_is_ours_to_be_ashamed_of_and_every_operation_is_accepted_once(scene: Scene) -> None:
    document = schema(SEED)
    campaign = Campaign(document, hints(operations(document)), scene, InProcess(), SEED)
    campaign.known(lambda _: None, PEOPLE)
    passed(campaign, "cora")
    campaign.generated(EXAMPLES, lambda _: None)
    chained(campaign, CHAINS, STEPS)
    found = campaign.ledger.report(campaign.labels)
    assert not found["anomalies"], json.dumps(found["anomalies"], indent=1)
    assert not found["never_accepted"]
    assert found["by_person"].keys() >= set(SEVEN.values())
    assert found["writes_read_again"] > 0


def test_a_campaign_without_time_says_that_it_reached_nothing(scene: Scene) -> None:
    document = schema(SEED)
    campaign = Campaign(document, hints(operations(document)), scene, InProcess(), SEED, until=0)
    campaign.known(lambda _: None, PEOPLE)
    campaign.generated(EXAMPLES, lambda _: None)
    found = campaign.ledger.report(campaign.labels)
    assert found["never_accepted"] == campaign.labels
    assert found["ways"]["in process, known"] == {
        "requests": 0,
        "operations": 0,
        "accepted_operations": 0,
        "never_asked": campaign.labels,
    }
    assert found["ways"].keys() == {f"in process, {way}" for way in InProcess.ways}
