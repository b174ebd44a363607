"""Every page that there is, whoever adds it: usable by everybody, within its budget, without a complaint."""

import pytest

from tests.browser.inspection import OF_THEME, SCRIPT_BYTES, SHIFT, STYLE_BYTES, Inspected
from tests.browser.walk import (
    addresses,
    is_page,
    open_details,
    pages_of_workspace,
    shows_what_to_do_first,
    sign_in,
    sign_up,
)

ADDRESSES = sorted(set(addresses()), key=lambda address: address.name)


@pytest.fixture(scope="module")
def signed_in(browser, product):
    context = browser.new_context(base_url=product.url)
    sign_in(context, product)
    yield context
    context.close()


@pytest.fixture(scope="module")
def signed_out(browser, product):
    context = browser.new_context(base_url=product.url)
    yield context
    context.close()


@pytest.fixture(scope="module")
def newcomer(browser, product):
    """The tab of somebody whose workspace is empty, and its pages, each with name, address and source."""
    context = browser.new_context(base_url=product.url)
    yield Inspected(context), list(pages_of_workspace(context, product, sign_up(context, product)))
    context.close()


@pytest.fixture(scope="module")
def visitors(signed_in, signed_out):
    """A tab of somebody signed in and of somebody who isn't."""
    return [Inspected(signed_in), Inspected(signed_out)]


def pages(visitors, product, path):
    """The tabs that the address shows a page to, opened there in light at 1440."""
    for visitor in visitors:
        if is_page(visitor.page.context, product.url + path):
            visitor.show("light", 1440)
            visitor.visit(product.url + path)
            yield visitor


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_page(visitors, product, seeded, address):
    """In light and dark on a wide screen, and again on a phone."""
    for visitor in pages(visitors, product, address.url(seeded)):
        within_budget(visitor)
        in_both_themes(visitor, ("light", "dark"), 1440)
        assert visitor.openers_left_behind() == []
        visitor.show("dark", 390)
        visitor.visit(visitor.page.url)
        stands_still(visitor)
        in_both_themes(visitor, ("dark", "light"), 390)
        assert visitor.complaints == []


def in_both_themes(visitor, themes, width):
    """The page and, in the first theme, each of its dialogs; in the other one what colours can break."""
    for theme in themes:
        visitor.show(theme, width)
        rules = () if theme == themes[0] else OF_THEME
        assert visitor.violations(rules=rules) == [], (theme, width)
        assert visitor.fits, (theme, width)
        if theme == themes[0]:
            assert [found for dialog in visitor.dialogs() for found in visitor.violations(dialog)] == [], (theme, width)


def within_budget(visitor):
    assert visitor.weight("script") <= SCRIPT_BYTES
    assert visitor.weight("stylesheet") <= STYLE_BYTES
    stands_still(visitor)


def stands_still(visitor):
    shifts = visitor.shifts
    assert sum(by for by, _ in shifts) <= SHIFT, shifts


def test_the_walk_sees_pages_of_every_room(signed_in, product, seeded):
    found = {address.name for address in ADDRESSES if is_page(signed_in, product.url + address.url(seeded))}
    rooms = {"home", "members", "connections", "profiles", "templates", "notifications_log", "campaigns", "api_docs"}
    assert rooms - {"home"} <= found
    assert len(found) >= 35


def test_menus_are_usable_when_open(signed_in, product, seeded):
    tab = Inspected(signed_in)
    tab.visit(f"{product.url}/w/{seeded['workspace']}/campaigns/")
    tab.page.get_by_role("button", name="Options").first.click()
    assert tab.violations() == []
    assert tab.complaints == []


def test_a_change_of_theme_moves_nothing_for_those_who_want_less_motion(signed_in, product, seeded):
    tab = Inspected(signed_in)
    tab.show("light", 1440)
    tab.visit(f"{product.url}/w/{seeded['workspace']}/")
    changed = "document.documentElement.dataset.bsTheme = 'dark'; getComputedStyle(document.body).color"
    assert tab.page.evaluate(f"() => {{ {changed}; return document.getAnimations().length }}") == 0


def test_empty_states(newcomer):
    """Each list of a new workspace, and Home with the first steps."""
    tab, pages = newcomer
    empty = {name: url for name, url, source in pages if shows_what_to_do_first(source)}
    assert {"dashboard", "campaigns", "notifications_log", "templates", "profiles", "segments"} <= empty.keys()
    assert faults_of(tab, empty, [("light", 1440), ("dark", 390)]) == {}


def test_an_empty_list_asks_for_one_thing(newcomer):
    tab, pages = newcomer
    tab.show("light", 1440)
    tab.visit(next(url for name, url, _ in pages if name == "campaigns"))
    links = tab.page.get_by_role("main").get_by_role("link", name="Create Campaign").all()
    backgrounds = [link.evaluate("element => getComputedStyle(element).backgroundColor") for link in links]
    assert len(backgrounds) == len(set(backgrounds)) == 2


@pytest.mark.long
def test_every_page_of_an_empty_workspace(newcomer):
    tab, pages = newcomer
    everything = {name: url for name, url, _ in pages}
    assert faults_of(tab, everything, [("light", 1440), ("dark", 1440), ("dark", 390), ("light", 390)]) == {}


def faults_of(tab, pages, forms):
    """By page: all that axe finds in the first form, what colours break in the others, and what the browser says."""
    found = {}
    for name, url in pages.items():
        tab.show(*forms[0])
        tab.visit(url)
        found[name] = [*faults_in(tab, forms), *tab.complaints]
    return {name: faults for name, faults in found.items() if faults}


def faults_in(tab, forms):
    for theme, width in forms:
        tab.show(theme, width)
        yield from tab.violations(rules=OF_THEME if (theme, width) != forms[0] else ())
        if not tab.fits:
            yield f"sticks out in {theme} at {width}"


def test_details_over_the_log(signed_in, product, seeded):
    tab = Inspected(signed_in)
    tab.show("light", 1440)
    tab.visit(f"{product.url}/w/{seeded['workspace']}/notifications/?run={seeded['run']}")
    open_details(tab)
    assert list(faults_in(tab, [("light", 1440), ("dark", 1440), ("dark", 390)])) == []
    assert tab.complaints == []
