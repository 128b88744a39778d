"""Fixed schedules in a simulated world: a few bodies, and every place at which the first may be interrupted.

Every law of a step is asked throughout, as in any run; the tests say only what is particular to theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from orderkit import Customer, Money, NewLine, Order, Orderkit, Shop, Terms
from orderkit.testing.simulation.choices import Choices, Record
from orderkit.testing.simulation.outside import Outside
from orderkit.testing.simulation.setup import Setup
from orderkit.testing.simulation.turns import Worker
from orderkit.testing.simulation.world import World

Body = Callable[[Shop], object]
BUYER = Customer("c-1")


@contextmanager
def world(setup: Setup | None = None, *, record: Record | None = None) -> Iterator[World]:
    """A world in which nothing goes wrong but what is recorded."""
    made = World(setup or Setup(), Choices(0, record or {}))
    try:
        yield made
    finally:
        made.close()


def desk_and_shop(made: World) -> tuple[Orderkit, Shop]:
    desk = made.desk()
    return desk, made.shop(desk)


def order(shop: Shop, amount: str = "10.00", *, key: str = "cart") -> Order:
    line = NewLine("A", "A", unit_price=Money(amount, "EUR"), terms=Terms(partial_payment=True))
    return shop.orders.place(customer=BUYER, lines=[line], key=key)


def outside(made: World) -> Outside:
    desk, shop = desk_and_shop(made)
    return Outside(made, shop, desk)


def play(made: World, bodies: Sequence[Body]) -> list[object]:
    """Each body on a worker and a desk of its own; what each came to, an error too."""
    came: list[object] = [None] * len(bodies)

    def lived(place: int, body: Body) -> Callable[[Worker], None]:
        def live(worker: Worker) -> None:
            worker.stream = f"{worker.name}.1"
            _, shop = desk_and_shop(made)
            try:
                came[place] = body(shop)
            except Exception as error:  # noqa: BLE001  # what came of it is looked at by the test
                came[place] = error

        return live

    made.turns.run([lived(place, body) for place, body in enumerate(bodies)])
    return came


def interruptions(most: int = 40) -> list[Record]:
    """The first worker is interrupted once, by the second, at its n-th call of a port, or not at all."""
    return [{"w1.1": [0] * place + [1]} for place in range(most)]
