"""The steps of the journey, by the roles and labels that a person sees."""

from dataclasses import dataclass
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from tests.product import Product

PASSWORD = "correct-horse-battery"
ANSWER_WITHIN = 20_000


@dataclass
class Marketer:
    """Somebody at the browser."""

    page: Page
    product: Product

    def sign_up(self, name: str = "Mara") -> None:
        page = self.page
        page.goto(f"{self.product.url}/accounts/signup/")
        page.get_by_label("E-mail address").fill(f"{name.lower()}-{uuid4().hex[:8]}@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("Your name").fill(name)
        page.get_by_role("button", name="Sign up").click()

    def create_workspace(self, name: str) -> None:
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_role("button", name="Create workspace").click()
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def open(self, *entries: str) -> None:
        """Follows entries of the sidebar and of the settings menu, one after the other."""
        for entry in entries:
            self.page.get_by_role("navigation").get_by_role("link", name=entry, exact=True).first.click()

    def switch_webhook_on(self) -> None:
        self.open("Settings", "Channels")
        self.page.get_by_role("switch", name="Webhook").click()
        expect(self.page.get_by_role("switch", name="Webhook")).to_be_checked()

    def add_profile(self, *, user_id: str, first_name: str, test_user: bool = False) -> None:
        self.open("Profiles")
        self.page.get_by_role("link", name="Add profile").first.click()
        self.page.get_by_label("User ID").fill(user_id)
        self.page.get_by_label("First name").fill(first_name)
        if test_user:
            self.page.get_by_label("Test user").check()
        self.page.get_by_role("button", name="Save profile").click()
        expect(self.page.get_by_text(first_name).first).to_be_visible()

    def create_campaign(self, name: str) -> None:
        self.open("Campaigns", "Create Campaign")
        self.page.get_by_label("Campaign name").fill(name)
        self.page.get_by_role("radio", name="Single-stage").check()
        self.page.get_by_role("radio", name="Time-based").check()
        self.page.get_by_role("button", name="Create Campaign").click()
        self.page.get_by_role("radio", name="Webhook").check()
        self.saved()

    def step(self, name: str) -> None:
        self.page.get_by_role("navigation", name="Campaign steps").get_by_role("link", name=name).click()
        expect(self.steps.get_by_role("link", name=name)).to_have_attribute("aria-current", "step")

    @property
    def steps(self) -> Locator:
        return self.page.get_by_role("navigation", name="Campaign steps")

    def saved(self) -> None:
        expect(self.page.locator("[data-save-status]")).to_have_text("Saved", timeout=10_000)

    def write_content(self, *, url: str, message: str, pairs: dict[str, str]) -> None:
        page = self.page
        self.editor("URL").fill(url)
        self.editor("Message text").fill(message)
        page.get_by_text("JSON key-value pairs").click()
        body = page.get_by_role("group", name="Body values")
        for number, (name, value) in enumerate(pairs.items(), start=1):
            body.get_by_role("textbox", name=f"Name {number}", exact=True).fill(name)
            body.get_by_role("textbox", name=f"Value {number}", exact=True).fill(value)
        self.saved()

    def editor(self, name: str) -> Locator:
        """A code editor of Content, once it has taken the place of its plain text field."""
        expect(self.page.locator("code-editor#url .cm-content")).to_be_visible()
        return self.page.get_by_role("textbox", name=name, exact=True)

    def launch(self) -> None:
        self.step("Review & launch")
        self.page.get_by_role("button", name="Launch").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Launch to").click()
        expect(self.page.get_by_text("Completed")).to_be_visible(timeout=ANSWER_WITHIN)

    def options_of(self, row_text: str) -> None:
        """Opens the Options menu of a row of the table in view."""
        row = self.page.get_by_role("row").filter(has_text=row_text).first
        row.get_by_role("button", name="Options").click()

    def open_details(self, campaign: str, person: str) -> None:
        """Existing campaigns > Options > Notifications log > Options > Details."""
        self.open("Campaigns", "Existing campaigns")
        self.options_of(campaign)
        self.page.get_by_role("link", name="Notifications log").last.click()
        self.options_of(person)
        self.page.get_by_role("link", name="Details").click()
