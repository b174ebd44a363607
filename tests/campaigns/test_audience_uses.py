import pytest
from django.urls import reverse

from audience.choice import AudienceChoice
from audience.errors import SegmentInUse
from audience.models import Attribute, Segment
from audience.registry import attribute_uses, segment_uses
from audience.rules import Group, Rule, Rules
from audience.segments import segment_delete
from campaigns.models import Campaign, CampaignStatus
from templates_lib.content import JsonPair, JsonPairsBody, WebhookContent
from templates_lib.models import Template, TemplateVersion
from tests.cast import signed_in

PLAN = Rules(root=Group(items=(Rule(field="attributes.plan", operator="is", value="pro"),)))
CONTENT = WebhookContent(
    url="https://crm.example/plan", body=JsonPairsBody(pairs=(JsonPair(name="p", value="{{ address.city }}"),))
)


@pytest.fixture
def segment(workspace):
    return Segment.objects.create(workspace=workspace, name="Pros", rules=PLAN)


def labels(uses):
    return [use.label for use in uses]


def test_campaigns_that_choose_a_segment_keep_it(workspace, actor, segment):
    choice = AudienceChoice(kind="segment", segment_id=segment.pk)
    campaign = Campaign.objects.create(workspace=workspace, name="Sale", audience=choice)
    Campaign.objects.create(workspace=workspace, name="Old", audience=choice, status=CampaignStatus.ARCHIVED)
    [use] = segment_uses(workspace, [segment.pk])[segment.pk]
    assert (use.label, use.url) == ("Campaign “Sale”", f"/w/{workspace.slug}/campaigns/{campaign.pk}/audience/")
    with pytest.raises(SegmentInUse, match="is used by Campaign “Sale”"):
        segment_delete(actor=actor, segment=segment)
    campaign.delete()
    segment_delete(actor=actor, segment=segment)
    assert not Segment.objects.exists()


def test_what_reads_an_attribute_is_found_by_its_meaning(workspace, segment):
    Campaign.objects.create(workspace=workspace, name="By rules", audience=AudienceChoice(kind="rules", rules=PLAN))
    Campaign.objects.create(workspace=workspace, name="By content", content=CONTENT)
    template = Template.objects.create(workspace=workspace, name="CRM")
    TemplateVersion.objects.create(template=template, number=1, content=CONTENT)
    found = attribute_uses(workspace, ["plan", "address", "city"])
    assert labels(found["plan"]) == ["Campaign “By rules”", "Segment “Pros”"]
    assert labels(found["address"]) == ["Campaign “By content”", "Template “CRM”"]
    assert found["city"] == []
    assert Attribute.objects.count() == 0


def test_the_list_of_segments_refuses_to_delete_what_is_used(workspace, owner, client, segment):
    choice = AudienceChoice(kind="segment", segment_id=segment.pk)
    Campaign.objects.create(workspace=workspace, name="Sale", audience=choice)
    address = {"workspace": workspace.slug, "segment": segment.pk}
    answer = signed_in(client, owner).post(reverse("segment_delete", kwargs=address), follow=True)
    assert "“Pros” is used by Campaign “Sale”" in answer.content.decode()
    assert Segment.objects.exists()
    page = client.get(reverse("segment_edit", kwargs=address)).content.decode()
    assert "A change counts from their next launch on." in page
    numbers = client.get(reverse("segment_numbers", kwargs={"workspace": workspace.slug}), {"id": segment.pk})
    assert "Campaign “Sale”</a>" in numbers.content.decode()
