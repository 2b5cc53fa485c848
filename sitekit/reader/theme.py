"""The controls of the theme that are opened while a page is measured.

They slide unless the reader prefers reduced motion; so the contexts here do.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

MENU = "header label[for=__drawer]"
DRAWER = "#__drawer"
SEARCH_KEY = "/"
SEARCH = "[role=dialog]"


def open_menu(page: "Page") -> None:
    """Open the menu of a narrow screen."""
    page.click(MENU)


def close_menu(page: "Page") -> None:
    """Close the menu again."""
    page.evaluate(f'document.querySelector("{DRAWER}").checked = false')


def open_search(page: "Page") -> None:
    """Open the search, as a reader at a keyboard does, and look for a word."""
    page.keyboard.press(SEARCH_KEY)
    page.keyboard.type("max")
    page.wait_for_selector(f"{SEARCH} a[href]")


def close_search(page: "Page") -> None:
    """Close the search again."""
    for _ in range(2):
        page.keyboard.press("Escape")
