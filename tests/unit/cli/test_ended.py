"""Ends from outside: every verb hears of them, says so in a line and has an exit code for each."""

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import signal, sys, time
from windlass.cli import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs are told to ignore it
if sys.argv[1] == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)

def wait(words):
    try:
        print("ready", flush=True)
        time.sleep(60)
    finally:
        print("put in order", flush=True)

main._run = wait
sys.exit(main.main(["apply"]))
"""


def started(how: str) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, how], stdout=pipe, stderr=pipe, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_command_that_is_to_end_puts_all_in_order(number: signal.Signals) -> None:
    with started("all ears") as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (128 + number, "put in order\n")
    assert err == "\ninterrupted: what was finished is kept; the same command goes on from there\n"


def test_whoever_was_told_to_ignore_it_does() -> None:
    with started("deaf") as process:
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == 130
