"""Requests to well-known systems that only need a few answers, and what those answers are and where they stand.

Each was written after the vendor's own reference, which ``reference`` links. A preset holds no secret: that is what a
connection is for, and ``access`` says which one.
"""

from templates_lib.content import FormBody, JsonPair, JsonPairsBody, Pair, RawBody, WebhookContent
from templates_lib.errors import PresetNotFound
from templates_lib.preset import Access, Blank, Preset

_WORDS = r'[^"\\{}\[\]\x00-\x1f]{1,100}'

SLACK = Preset(
    key="slack",
    name="Slack message",
    summary="Posts the message text into a channel, once for each person.",
    content=WebhookContent(
        url="https://slack.com/api/chat.postMessage",
        body=JsonPairsBody(
            pairs=(JsonPair(name="channel", value="[[channel]]"), JsonPair(name="text", value="{{ message }}"))
        ),
    ),
    blanks=(
        Blank(
            "channel",
            "Channel ID",
            "In Slack, open the channel, click its name: the ID is at the bottom of About.",
            "C0123456789",
            r"[CGDU][A-Z0-9]{6,20}",
        ),
    ),
    access=Access(
        "https://slack.com",
        "Bearer token",
        "api.slack.com/apps > your app > OAuth & Permissions: the Bot User OAuth Token (xoxb-…), with the scope "
        "chat:write. Invite the bot to the channel.",
    ),
    notes=(
        "Slack answers 200 also when it refuses a message. So that this counts as failed, open “What counts as "
        "delivered” in the connection and set “And the body of the answer” to “A JSON value equals”, “Where it stands” "
        "to ok and “Its value” to true.",
        "Slack takes about one message a second for a channel: under “Pace” in the connection set “Requests” to 1, "
        "“In” to “a second”.",
    ),
    reference="https://docs.slack.dev/reference/methods/chat.postMessage",
)

HUBSPOT = Preset(
    key="hubspot-contact",
    name="HubSpot contact",
    summary="Creates the person as a contact, or updates the contact with the same e-mail address.",
    content=WebhookContent(
        url="https://api.hubapi.com/crm/v3/objects/contacts/batch/upsert",
        body=RawBody(
            text="""{
  "inputs": [
    {
      "idProperty": "email",
      "id": "{{ email }}",
      "properties": {
        {% if first_name %}"firstname": "{{ first_name }}",{% endif %}
        {% if last_name %}"lastname": "{{ last_name }}",{% endif %}
        {% if phone %}"phone": "{{ phone }}",{% endif %}
        "[[property]]": "{{ message }}"
      }
    }
  ]
}"""
        ),
    ),
    blanks=(
        Blank(
            "property",
            "Contact property for the message text",
            "HubSpot > Settings > Properties > Contact properties: open one of yours; its internal name is behind </>.",
            "last_campaign_message",
            r"[a-z][a-z0-9_]{0,98}",
        ),
    ),
    access=Access(
        "https://api.hubapi.com",
        "Bearer token",
        "HubSpot > Settings > Integrations > Private Apps: the access token of an app with the scope "
        "crm.objects.contacts.write.",
    ),
    notes=(
        "People without an e-mail address are skipped, and the log says so.",
        "A contact that HubSpot refuses may be answered with 207: let the connection count 200 to 201 as delivered.",
    ),
    reference="https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide",
)

SEGMENT = Preset(
    key="segment-track",
    name="Segment track event",
    summary="Records an event for the person, which Segment hands on to your destinations.",
    content=WebhookContent(
        url="[[address]]/v1/track",
        body=RawBody(
            text="""{
  "userId": "{{ user_id }}",
  "event": "[[event]]",
  "messageId": "run-{{ run.id }}-{{ user_id }}",
  "properties": {
    "campaign": "{{ campaign.name }}",
    "message": "{{ message }}"
  }
}"""
        ),
    ),
    blanks=(
        Blank(
            "address",
            "Address of your region",
            "https://api.segment.io; for a workspace in the EU the one its reference names, https://eu1.api.segmentapis.com.",
            "https://api.segment.io",
            r"https://(api\.segment\.io|(events\.)?eu1\.(api\.)?segmentapis\.com)",
        ),
        Blank(
            "event", "Event", "The name that your tracking plan gives it, in the past tense.", "Campaign Sent", _WORDS
        ),
    ),
    access=Access(
        "https://api.segment.io",
        "Basic",
        "Segment > Connections > Sources > your HTTP API source > Settings > API Keys: the write key is the user name; "
        "give a single space or any text as password, Segment ignores it.",
    ),
    notes=("Segment drops a repeat by its messageId, which stays the same when an attempt is repeated.",),
    reference="https://www.twilio.com/docs/segment/connections/sources/catalog/libraries/server/http-api",
)

ZENDESK = Preset(
    key="zendesk-ticket",
    name="Zendesk ticket",
    summary="Opens a ticket on behalf of the person, with the message text as its first comment.",
    content=WebhookContent(
        url="https://[[subdomain]].zendesk.com/api/v2/tickets.json",
        body=RawBody(
            text="""{
  "ticket": {
    "subject": "[[subject]]",
    "comment": { "body": "{{ message }}" },
    "requester": {
      "name": "{{ first_name | default(email) }} {{ last_name | default("") }}",
      "email": "{{ email }}"
    },
    "tags": ["campaign"]
  }
}"""
        ),
    ),
    blanks=(
        Blank(
            "subdomain",
            "Subdomain",
            "The first part of your Zendesk address: acme in acme.zendesk.com.",
            "acme",
            r"[a-z0-9][a-z0-9-]{0,61}",
        ),
        Blank("subject", "Subject", "What agents read in their list of tickets.", "Follow up after the offer", _WORDS),
    ),
    access=Access(
        "https://[[subdomain]].zendesk.com",
        "Basic",
        "Zendesk Admin Center > Apps and integrations > APIs > API tokens. User name: an agent's e-mail address "
        "followed by /token, such as ana@acme.com/token. Password: the API token.",
    ),
    notes=("Zendesk knows a repeat by its Idempotency-Key, which is sent by itself, and opens no second ticket.",),
    reference="https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#create-ticket",
)

TWILIO = Preset(
    key="twilio-sms",
    name="Twilio SMS",
    summary="Sends the message text to the person's phone.",
    content=WebhookContent(
        url="https://api.twilio.com/2010-04-01/Accounts/[[account_sid]]/Messages.json",
        body=FormBody(
            pairs=(
                Pair(name="To", value="{{ phone }}"),
                Pair(name="From", value="[[from]]"),
                Pair(name="Body", value="{{ message }}"),
            )
        ),
    ),
    blanks=(
        Blank(
            "account_sid",
            "Account SID",
            "Twilio Console > Account Info, on the first page.",
            "AC" + "0123456789abcdef" * 2,
            r"AC[0-9a-f]{32}",
        ),
        Blank(
            "from",
            "Sender number",
            "Twilio Console > Phone Numbers > Manage > Active numbers, with + and country code.",
            "+15005550006",
            r"\+[1-9][0-9]{6,14}",
        ),
    ),
    access=Access(
        "https://api.twilio.com",
        "Basic",
        "Twilio Console > Account Info. User name: the Account SID. Password: the Auth Token. Or the SID and "
        "secret of an API key.",
    ),
    notes=(
        "The profile's phone must begin with + and the country code; people without one are skipped.",
        "Twilio does not know repeats: choose a connection that delivers at most once, or a person may get it twice.",
    ),
    reference="https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource",
)

CRM_TASK = Preset(
    key="crm-task",
    name="CRM task",
    summary="Opens a task about the person in any CRM that takes JSON.",
    content=WebhookContent(
        url="[[address]]",
        body=JsonPairsBody(
            pairs=(
                JsonPair(name="title", value="[[title]]"),
                JsonPair(name="note", value="{{ message }}"),
                JsonPair(name="contact_id", value="{{ user_id }}"),
                JsonPair(name="email", value='{{ email | default("") }}'),
                JsonPair(name="name", value='{{ first_name | default("") }} {{ last_name | default("") }}'),
                JsonPair(name="source", value="{{ campaign.name }}"),
            )
        ),
    ),
    blanks=(
        Blank(
            "address",
            "Address for new tasks",
            "The API reference of your CRM: the URL under “create a task”.",
            "https://crm.example.com/api/tasks",
            r'https?://[^"\\{}\[\]\s]{1,300}',
        ),
        Blank("title", "Title", "What your colleagues read in their list of tasks.", "Call about the offer", _WORDS),
    ),
    access=Access(
        "https://crm.example.com",
        "Bearer token, Basic or API key",
        "The API reference of your CRM, under “authentication”.",
    ),
    notes=("Rename the values of the body to what your CRM calls them, in the first campaign that uses the template.",),
    reference="",
)

PRESETS = (SLACK, HUBSPOT, SEGMENT, ZENDESK, TWILIO, CRM_TASK)


def preset_get(key: str) -> Preset:
    """Raises PresetNotFound."""
    for preset in PRESETS:
        if preset.key == key:
            return preset
    raise PresetNotFound("There is no such preset. Choose one from the list.")
