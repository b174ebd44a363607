"""What three different people would get, for a last look in Review."""

from dataclasses import dataclass

from audience.models import Profile
from campaigns.models import Campaign
from campaigns.people import people_for_review
from campaigns.preview import Preview, preview_render, variable_names
from channels.selectors import connection_find


@dataclass(frozen=True)
class Sample:
    """One person's request; ``why`` says what makes this person worth a look."""

    why: str
    person: Profile
    preview: Preview


def review_samples(campaign: Campaign) -> list[Sample]:
    """Up to three people of the audience; none while it can't be told."""
    content = campaign.content
    connection = connection_find(campaign.workspace, content.connection_id)
    return [
        Sample(why, person, preview_render(campaign=campaign, content=content, connection=connection, profile=person))
        for why, person in people_for_review(campaign, variable_names(content))
    ]
