"""The steps of the journey, by the roles and labels that a person sees."""

from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from tests.product import Product

PASSWORD = "correct-horse-battery"
# As `make run` prints it.
DEMO_LOGIN = ("demo@example.com", "demo-webhooks")
# Milliseconds that workers may take on a busy machine until the page says so.
ANSWER_WITHIN = 60_000


@dataclass
class Marketer:
    """Somebody at the browser."""

    page: Page
    product: Product

    # -- getting in ----------------------------------------------------------------------------------------------------

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
        expect(self.page.get_by_role("button", name=name)).to_be_visible()

    def open(self, *entries: str) -> None:
        """Follows entries of the sidebar and of the settings menu, one after the other."""
        for entry in entries:
            self.page.get_by_role("navigation").get_by_role("link", name=entry, exact=True).first.click()

    def switch_webhook_on(self) -> None:
        self.open("Settings", "Channels")
        self.page.get_by_role("switch", name="Webhook").click()
        expect(self.page.get_by_role("switch", name="Webhook")).to_be_checked()

    # -- people and destinations ---------------------------------------------------------------------------------------

    def add_profile(self, *, user_id: str, first_name: str, test_user: bool = False) -> None:
        self.open("Profiles")
        self.page.get_by_role("link", name="Add profile").first.click()
        self.page.get_by_label("User ID").fill(user_id)
        self.page.get_by_label("First name").fill(first_name)
        if test_user:
            self.page.get_by_label("Test user").check()
        self.page.get_by_role("button", name="Save profile").click()
        expect(self.page.get_by_text(first_name).first).to_be_visible()

    def import_file(self, path: Path) -> None:
        """Leaves its columns where they were guessed; ends on the import's page, which may still be counting."""
        self.upload_file(path)
        self.page.get_by_role("button", name="Check the file").click()
        self.page.get_by_role("button", name="Import", exact=True).click(timeout=ANSWER_WITHIN)

    def upload_file(self, path: Path) -> None:
        """Ends on the page that asks where the columns go, or on the one that refuses the file."""
        self.open("Profiles")
        self.page.get_by_role("link", name="Import CSV").first.click()
        self.page.get_by_label("Choose a CSV file").set_input_files(path)
        self.page.get_by_role("button", name="Upload").click()

    def add_connection(self, *, name: str, origin: str, at_once: int) -> None:
        self.open("Settings", "Connections")
        self.page.get_by_role("link", name="New connection").first.click()
        self.page.get_by_label("Name", exact=True).fill(name)
        self.page.get_by_label("Origin").fill(origin)
        self.page.locator("summary", has_text="Pace").click()
        self.page.get_by_label("At most at the same time").fill(str(at_once))
        self.page.get_by_role("button", name="Save connection").click()
        expect(self.page.get_by_role("link", name=name)).to_be_visible()

    # -- the builder ---------------------------------------------------------------------------------------------------

    def create_campaign(self, name: str) -> None:
        self.open("Campaigns", "Create Campaign")
        self.page.get_by_label("Campaign name").fill(name)
        self.page.get_by_role("radio", name="Single-stage").check()
        self.page.get_by_role("radio", name="Time-based").check()
        self.page.get_by_role("button", name="Create Campaign").click()
        self.page.get_by_role("radio", name="Webhook").check()
        self.saved()

    def open_campaign(self, name: str) -> None:
        self.open("Campaigns", "Existing campaigns")
        self.page.get_by_role("link", name=name, exact=True).click()

    @property
    def steps(self) -> Locator:
        return self.page.get_by_role("navigation", name="Campaign steps")

    def step(self, name: str) -> None:
        self.steps.get_by_role("link", name=name).click()
        expect(self.steps.get_by_role("link", name=name)).to_have_attribute("aria-current", "step")

    def saved(self) -> None:
        expect(self.page.locator("[data-save-status]")).to_have_text("Saved", timeout=ANSWER_WITHIN)

    def editor(self, name: str) -> Locator:
        """A code editor of Content, once it has taken the place of its plain text field."""
        expect(self.page.locator("code-editor:not(:has(.cm-content))")).to_have_count(0)
        return self.page.get_by_role("textbox", name=name, exact=True)

    def write_content(self, *, url: str, message: str, pairs: dict[str, str]) -> None:
        page = self.page
        self.editor("URL").fill(url)
        self.editor("Message text").fill(message)
        page.get_by_text("JSON key-value pairs").click()
        body = page.get_by_role("group", name="Body values")
        for number, (name, value) in enumerate(pairs.items(), start=1):
            body.get_by_role("textbox", name=f"Name {number}", exact=True).fill(name)
            expect(body.locator("code-editor:not(:has(.cm-content))")).to_have_count(0)
            body.get_by_role("textbox", name=f"Value {number}", exact=True).fill(value)
        self.saved()

    def choose_connection(self, name: str) -> None:
        self.page.get_by_role("tab", name="Authentication").click()
        connection = self.page.get_by_label("Connection", exact=True)
        connection.select_option(label=connection.locator("option", has_text=name).inner_text())
        self.saved()

    # -- launching and looking -----------------------------------------------------------------------------------------

    def launch(self, *, typed: str = "") -> None:
        """Ends on the run's page."""
        self.step("Review & launch")
        self.page.get_by_role("button", name="Launch").click()
        dialog = self.page.get_by_role("dialog")
        if typed:
            dialog.get_by_role("textbox").fill(typed)
        dialog.get_by_role("button", name="Launch to").click()
        expect(self.page.get_by_text("What was launched")).to_be_visible()

    def run_is(self, state: str, *, timeout: float = ANSWER_WITHIN) -> None:
        """Waits until the run's page says so, without being reloaded by hand."""
        expect(self.page.locator("#run-live").get_by_text(state, exact=True)).to_be_visible(timeout=timeout)

    @property
    def ledger(self) -> Locator:
        """The bar of the run's page, which says the whole ledger in words."""
        return self.page.locator("#run-live").get_by_role("img", name="delivered")

    def options_of(self, row_text: str) -> None:
        """Opens the Options menu of a row of the table in view."""
        row = self.page.get_by_role("row").filter(has_text=row_text).first
        row.get_by_role("button", name="Options").click()

    def open_log(self, campaign: str) -> None:
        """Existing campaigns > Options > Notifications log."""
        self.open("Campaigns", "Existing campaigns")
        self.options_of(campaign)
        self.page.get_by_role("link", name="Notifications log").last.click()

    def open_details(self, campaign: str, person: str) -> Locator:
        """Notifications log > Options > Details: the drawer over the log."""
        self.open_log(campaign)
        self.options_of(person)
        self.page.get_by_role("link", name="Details").click()
        return self.page.get_by_role("dialog")
