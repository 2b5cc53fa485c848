"""What a reader gets, measured in Chromium: the fourteen goals of every page.

``python -m sitekit.reader`` prints a row for each page of the built site and leaves
with 1 where a goal is missed. One concern a file; `goals` says what each goal asks.
"""
