"""Counts checks that passed and failed."""


class Tally:
    """Counts what passed, and prints it."""

    def __init__(self):
        self.passed = self.failed = 0

    def heading(self, text):
        print(f"\n{text}", flush=True)

    def add(self, line, problems=()):
        self.failed += bool(problems)
        self.passed += not problems
        print(f"  {'FAILED' if problems else 'ok':7}{line}", flush=True)
        for problem in problems:
            print(f"         {problem}", flush=True)


class Found(Tally):
    """Collects the problems of a stream that should have some."""

    def __init__(self):
        super().__init__()
        self.problems = []

    def add(self, line, problems=()):
        self.problems += map(str, problems)

    def mentions(self, *words):
        return any(word in problem for problem in self.problems for word in words)
