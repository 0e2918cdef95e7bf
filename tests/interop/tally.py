"""Counts checks that passed and failed, also of several that run side by side."""

import os
from concurrent.futures import ProcessPoolExecutor


class Tally:
    """Counts what passed, and prints it."""

    def __init__(self):
        self.passed = self.failed = 0

    def heading(self, text):
        self.write(f"\n{text}")

    def add(self, line, problems=()):
        self.failed += bool(problems)
        self.passed += not problems
        self.write(f"  {'FAILED' if problems else 'ok':7}{line}")
        for problem in problems:
            self.write(f"         {problem}")

    def write(self, line):
        print(line, flush=True)

    def add_each(self, checks):
        """Runs each check, a function and its arguments, one on each core. Prints them in order."""
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            for record in pool.map(recorded, checks):
                self.passed += record.passed
                self.failed += record.failed
                for line in record.lines:
                    self.write(line)


class Record(Tally):
    """Keeps what it counts instead of printing it."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def write(self, line):
        self.lines.append(line)


def recorded(check):
    function, *arguments = check
    record = Record()
    function(*arguments, record)
    return record


class Found(Tally):
    """Collects the problems of a stream that should have some."""

    def __init__(self):
        super().__init__()
        self.problems = []

    def add(self, line, problems=()):
        self.problems += map(str, problems)

    def mentions(self, *words):
        return any(word in problem for problem in self.problems for word in words)
