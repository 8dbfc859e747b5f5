"""The header of a lock says what it was made of; its body alone says what will be installed."""

from windlass.engine import lockfile

PINS = b"numpy==2.4.6 \\\n    --hash=sha256:" + b"a" * 64 + b"\n"


def test_a_lock_is_stale_when_its_requirements_changed():
    lock = lockfile.assemble(b"numpy\n", PINS)
    assert lock.startswith(b"# rendered by windlass lock; requirements sha256:")
    assert not lockfile.stale(b"numpy\n", lock)
    assert lockfile.stale(b"numpy>=2\n", lock)
    assert lockfile.stale(b"numpy\n", PINS)


def test_comments_are_no_part_of_what_is_installed():
    one, other = lockfile.assemble(b"numpy\n", PINS), lockfile.assemble(b"# why\nnumpy\n", b"# note\n\n" + PINS)
    assert one != other
    assert lockfile.body(one) == lockfile.body(other) == PINS
    assert lockfile.body(PINS) == PINS


def test_a_pin_without_a_hash_shows():
    assert lockfile.unhashed(lockfile.assemble(b"", PINS)) == ()
    assert lockfile.unhashed(PINS + b"scipy==1.17.1\n") == ("scipy==1.17.1",)
    assert lockfile.unhashed(b"") == ()
