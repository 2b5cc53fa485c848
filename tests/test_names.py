"""No two chapters may offer a function of the same name."""

from collections import Counter

import reference_impl


def test_every_public_name_has_one_owner():
    names = Counter(reference_impl.__all__)
    assert [name for name, count in names.items() if count > 1] == []
