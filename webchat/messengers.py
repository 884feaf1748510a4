"""The messengers that are switched on: what carries words to them, and what receives from them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from frontdoor.ports import Channel
from storage.keys import ServiceKey
from storage.leases import Leases
from storage.outbox import Outbox
from webchat.delivery import DeliveryLoop
from webchat.house import House
from webchat.wiring import owner

Beside = dict[str, Callable[[], Awaitable[None]]]


def messengers(house: House, key: ServiceKey) -> Beside:
    """The tasks that carry words to messengers and receive from them; none where no token is set."""
    if house.settings.telegram_token is None:
        return {}
    # the library is large, and where it is not used nobody should wait for it
    from channels.telegram import TelegramChannel
    from webchat.telegram import TelegramLoop

    channel = TelegramChannel(house.settings.telegram_token, house.settings.telegram_api_url)
    outbox = Outbox(house.database, key)
    channels: dict[str, Channel] = {channel.name: channel}
    name = owner()
    delivery = DeliveryLoop(outbox, channels, house.bus, name)
    loop = TelegramLoop(channel, house, Leases(house.database), name)
    return {"delivery": delivery.run, "telegram": loop.run}
