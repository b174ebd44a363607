from collections.abc import Sequence
from typing import TYPE_CHECKING

from webhooks_platform.base.errors import InvalidInput, NotFound, StaleState

if TYPE_CHECKING:
    from campaigns.problems import CampaignProblem


class CampaignNotFound(NotFound):
    code = "campaign_not_found"


class GuideNotFound(NotFound):
    code = "guide_not_found"


class EditedMeanwhile(StaleState):
    """Someone else saved first; nothing was overwritten."""

    code = "edited_meanwhile"
    title = "Somebody else saved first"


class ResendRefused(StaleState):
    """One of several runs can't be resent, so none was."""

    code = "resend_refused"
    title = "Nothing was sent"


class CampaignBusy(StaleState):
    """It runs or waits for its time, so it can't be removed."""

    code = "campaign_busy"
    title = "The campaign can't be deleted yet"


class CampaignScheduled(StaleState):
    """It waits for its time, and is launched then as it stood when it was scheduled."""

    code = "campaign_scheduled"
    title = "The campaign is scheduled"


class BulkInvalid(InvalidInput):
    """Nothing can be done to the campaigns that were chosen."""

    title = "That can't be done to these campaigns"


class NoDemoReceiver(NotFound):
    code = "no_demo_receiver"
    title = "No demo receiver runs here"


class NotConfirmed(InvalidInput):
    """What has to be typed before so many people are sent to was not."""

    code = "not_confirmed"


class MorePeople(StaleState):
    """Many more people would be sent to than were shown, so nobody was."""

    code = "more_people"
    title = "There are more people now"

    def __init__(self, *, people: int, expected: int) -> None:
        now = "There is 1 person" if people == 1 else f"There are {people:,} people"
        shown = "1 was" if expected == 1 else f"{expected:,} were"
        super().__init__(
            f"{now} now, and {shown} shown, so nothing was started. Look at the new number, then confirm it.",
            field="expected_people",
        )
        self.expected = expected


class NotReady(InvalidInput):
    """The campaign has problems that must be mended before it can be launched."""

    code = "not_ready"
    title = "The campaign can't be launched yet"

    def __init__(self, problems: "Sequence[CampaignProblem]") -> None:
        count = len(problems)
        noun = "problem" if count == 1 else "problems"
        super().__init__(f"{count} {noun} to mend first: " + " ".join(problem.message for problem in problems))
        self.problems = tuple(problems)

    @property
    def errors(self) -> list[dict[str, str]]:
        """Each problem with the field, its step, and where in the builder it is mended, in words."""
        return [
            {"field": problem.field, "detail": problem.words, "step": problem.step, "where": problem.where}
            for problem in self.problems
        ]
