"""The scheduler of xdist's workers, against xdist's own protocol with stand-in workers."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

import pytest

from bgtask_harness.pytest_support.scheduling import DeviceScheduling
from bgtask_harness.pytest_support.scheduling import device_of

TESTS = ["a.py::t[one-x]", "a.py::t[two-x]", "a.py::plain", "a.py::t[one-y]", "a.py::t[two-y]"]


@dataclass(eq=False)
class Worker:
    """What xdist calls a node, as far as a scheduler sees it."""

    device: str
    got: list[int] = field(default_factory=list)
    told_to_end: bool = False

    @property
    def workerinput(self) -> dict[str, str]:
        return {"bgtask_device": self.device}

    def send_runtest_some(self, indices: list[int]) -> None:
        self.got += indices

    def shutdown(self) -> None:
        self.told_to_end = True


def started(*workers: Worker) -> DeviceScheduling:
    scheduling = DeviceScheduling(["one", "two"])
    for worker in workers:
        scheduling.add_node(worker)
        scheduling.add_node_collection(worker, TESTS)
    scheduling.schedule()
    return scheduling


@pytest.mark.parametrize(
    ("nodeid", "device"),
    [
        ("a.py::t[one]", "one"),
        ("a.py::t[one-two]", "one"),
        ("a.py::t[one-pro-x]", "one-pro"),
        ("a.py::t[x-one]", None),
        ("a.py::t", None),
        ("a.py::t[onetwo]", None),
    ],
)
def test_the_device_is_the_first_parameter_of_a_test_s_id(nodeid: str, device: str | None) -> None:
    assert device_of(nodeid, ["one", "one-pro", "two"]) == device


def test_a_worker_gets_its_device_s_tests_and_the_first_those_of_none() -> None:
    one, two = Worker("one"), Worker("two")
    scheduling = started(one, two)

    assert (one.got, two.got) == ([0, 2, 3], [1, 4])
    assert one.told_to_end
    assert two.told_to_end
    assert scheduling.has_pending
    assert not scheduling.tests_finished


def test_it_is_over_when_every_test_was_reported() -> None:
    one, two = Worker("one"), Worker("two")
    scheduling = started(one, two)

    for worker in (one, two):
        for index in worker.got:
            scheduling.mark_test_complete(worker, index)

    assert scheduling.tests_finished
    assert not scheduling.has_pending


def test_the_worker_that_replaces_a_crashed_one_runs_the_rest_of_its_tests_alone() -> None:
    one, two = Worker("one"), Worker("two")
    scheduling = started(one, two)
    scheduling.mark_test_complete(one, 0)

    crashed = scheduling.remove_node(one)
    again = Worker("one")
    scheduling.add_node(again)
    scheduling.add_node_collection(again, TESTS)
    scheduling.schedule()

    assert crashed == "a.py::plain"
    assert again.got == [3]
    assert two.got == [1, 4]


def test_what_no_worker_has_begun_is_known() -> None:
    one, two = Worker("one"), Worker("two")
    scheduling = started(one, two)
    assert scheduling.left == []

    scheduling.remove_node(one)

    assert scheduling.left == [("one", "a.py::plain"), ("one", "a.py::t[one-y]")]


def test_tests_of_a_device_whose_workers_died_before_they_began_are_known() -> None:
    scheduling = DeviceScheduling(["one", "two"])
    one, two = Worker("one"), Worker("two")
    for worker in (one, two):
        scheduling.add_node(worker)
    scheduling.add_node_collection(one, TESTS)

    assert scheduling.remove_node(two) is None
    assert [nodeid for device, nodeid in scheduling.left if device == "two"] == ["a.py::t[two-x]", "a.py::t[two-y]"]


def test_a_crash_in_the_last_test_runs_nothing_again() -> None:
    one, two = Worker("one"), Worker("two")
    scheduling = started(one, two)
    scheduling.mark_test_complete(two, 1)

    crashed = scheduling.remove_node(two)
    again = Worker("two")
    scheduling.add_node(again)
    scheduling.add_node_collection(again, TESTS)
    scheduling.schedule()

    assert crashed == "a.py::t[two-y]"
    assert again.got == []
    assert again.told_to_end
