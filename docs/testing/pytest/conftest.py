"""Starts one sandbox for all tests; it keeps everything in memory and ends with them."""

import os
import pathlib
import subprocess
import time

import pytest


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    ready = tmp_path_factory.mktemp("polyface") / "address"
    command = os.environ.get("POLYFACE", "npx polyface").split()
    process = subprocess.Popen([*command, "sandbox", "--port", "0", "--ready-file", str(ready)])
    try:
        while not ready.exists():
            if process.poll() is not None:
                raise RuntimeError(f"the sandbox ended with {process.returncode}")
            time.sleep(0.1)
        yield ready.read_text().strip()
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def portrait():
    return pathlib.Path(os.environ.get("PORTRAIT", "portrait.jpg"))
