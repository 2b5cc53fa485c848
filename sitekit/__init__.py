"""What turns docs/ into the site: maths, snippets, figures, API pages, weight, access.

One concern a file. Nothing here knows the theme: what is particular to it stands in
mkdocs.yml and in docs/stylesheets.
"""
