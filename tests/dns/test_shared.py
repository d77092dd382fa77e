import asyncio

from domains.dns.shared import Shared


def test_one_who_stops_waiting_does_not_stop_the_others():
    async def scenario():
        shared = Shared()
        go = asyncio.Event()

        async def work():
            await go.wait()
            return "result"

        hasty, patient = (asyncio.create_task(shared.get("key", work)) for _ in range(2))
        await asyncio.sleep(0)
        hasty.cancel()
        await asyncio.sleep(0)
        go.set()
        return await patient

    assert asyncio.run(scenario()) == "result"


def test_the_work_is_done_once():
    async def scenario():
        shared = Shared()
        done = []

        async def work():
            done.append(1)
            return len(done)

        return [await shared.get("key", work) for _ in range(3)]

    assert asyncio.run(scenario()) == [1, 1, 1]


def test_old_results_are_forgotten(monkeypatch):
    monkeypatch.setattr("domains.dns.shared.MAX_RESULTS", 10)

    async def scenario():
        shared = Shared()

        async def work():
            return None

        for key in range(100):
            await shared.get(key, work)
        return len(shared._tasks)

    assert asyncio.run(scenario()) <= 11
