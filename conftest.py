"""Every snippet and every binding on the pages is a test."""

from sitekit.sybil import pages

pytest_collect_file = pages().pytest()
