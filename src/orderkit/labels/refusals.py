"""Why not, in the reader's language: what each rule of the tables in the box says when it refuses (row SX-07).

Only the sentences and their one reader live here. A code is the fact that must hold; its sentence says what is the case
instead. Where a code comes with different figures in different places, the first sentence that they fill is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orderkit.errors import Refusal

Sentences = Mapping[str, tuple[str, ...]]

ENGLISH: Final[Sentences] = {
    "is_in_excess": ("{excess} more was paid than is owed, not {amount}; refund items for the rest",),
    "credit_is_kept": ("no gateway that keeps customers' credit is wired",),
    "is_payable": ("an order that is {status} cannot be paid",),
    "something_is_open": ("nothing is left to ask for (due: {due}; what is held or on its way is asked for already)",),
    "one_payment_at_a_time": (
        "{payment} is {status} and may still bring the money; capture, void or abandon it first",
    ),
    "nothing_in_doubt": ("nobody knows yet what became of an operation; ask the gateway again",),
    "is_positive": ("the amount must be more than zero, and is {amount}",),
    "is_same_currency": ("the amount {amount} is not in {currency}",),
    "is_within_due": ("{amount} is more than the {open} that are open",),
    "may_be_partial": ("the order has to be paid in one piece ({due}), and {amount} is only a part",),
    "reaches_minimum_share": ("the first payment must be at least the share {minimum_share}; {amount} is less",),
    "gateway_takes_it": (
        "the gateway does not take {currency}",
        "the gateway cannot {capability}; it takes the money at once",
    ),
    "is_cancellable": ("an order that is {status} cannot be cancelled",),
    "nothing_in_flight": ("{payment} is {status}; void or abandon it first",),
    "nothing_paid": ("{paid} of the customer's money is here; refund it first",),
    "is_refundable": (
        "of an order that is {status} nothing goes back",
        "only {refundable} can still go back, not {amount}",
    ),
    "something_was_paid": ("no money is here that could go back (captured: {paid})",),
    "something_goes_back": ("what was chosen is free, so no money would go back",),
    "is_not_refunded": ("its refund is {status} already",),
    "is_within_refund_window": ("it could be refunded until {refundable_until}",),
    "order_allows_capture": ("no money is taken for an order that is {order_status}",),
    "gateway_supports_authorize": ("{gateway} cannot hold money; it takes it at once",),
    "gateway_supports_void": ("{gateway} cannot release what is under way",),
    "gateway_supports_refund": ("{gateway} cannot send money back",),
    "is_held": ("nothing is authorized that waits to be captured",),
    "is_covered": (
        "{capturable} can still be captured, not {amount}",
        "the captured money that is left does not cover {amount}: {missing} are missing",
    ),
    "is_whole_or_partial_capture_supported": ("{gateway} can only capture all of it",),
    "is_whole_or_partial_refund_supported": ("{gateway} can only send back all of it",),
    "nothing_being_captured": ("{amount} are being captured or released at this moment",),
    "awaits_money": ("it waits for no answer: it is {status}",),
    "is_confirmed_by_person": ("{gateway} answers by itself; there is nothing to confirm by hand",),
    "is_past_grace": ("the gateway may still be about to answer; try again after {until}",),
    "is_in_flight": ("nothing of it waits for an answer: it is {status}",),
    "is_possible": ("its status does not lead there",),
    "awaits_person": ("it waits for nobody's word: it is {status}",),
}

UKRAINIAN: Final[Sentences] = {
    "is_in_excess": ("понад належне сплачено {excess}, а не {amount}; решту повертають за товари",),
    "credit_is_kept": ("не підключено жодного шлюзу, що веде рахунки покупців",),
    "is_payable": ("замовлення у статусі «{status}» не можна оплатити",),
    "something_is_open": ("просити більше нічого (до сплати: {due}; решта вже утримана або в дорозі)",),
    "one_payment_at_a_time": (
        "{payment} у статусі «{status}» ще може принести гроші; спершу спишіть, звільніть або скасуйте його",
    ),
    "nothing_in_doubt": ("ще невідомо, чим закінчилася операція; запитайте шлюз іще раз",),
    "is_positive": ("сума має бути більшою за нуль, а не {amount}",),
    "is_same_currency": ("сума {amount} не у валюті {currency}",),
    "is_within_due": ("{amount} більше, ніж відкриті {open}",),
    "may_be_partial": ("замовлення оплачується одним платежем ({due}), а {amount} лише частина",),
    "reaches_minimum_share": ("перший платіж має бути не меншим за частку {minimum_share}; {amount} менше",),
    "gateway_takes_it": ("шлюз не приймає {currency}", "шлюз не вміє {capability}; він знімає гроші одразу"),
    "is_cancellable": ("замовлення у статусі «{status}» не можна скасувати",),
    "nothing_in_flight": ("{payment} у статусі «{status}»; спершу звільніть або скасуйте його",),
    "nothing_paid": ("тут {paid} грошей клієнта; спершу поверніть їх",),
    "is_refundable": (
        "за замовленням у статусі «{status}» нічого не повертається",
        "повернути можна лише {refundable}, а не {amount}",
    ),
    "something_was_paid": ("немає грошей, які можна повернути (списано: {paid})",),
    "something_goes_back": ("вибране безкоштовне, тож повертати нічого",),
    "is_not_refunded": ("повернення вже у статусі «{status}»",),
    "is_within_refund_window": ("повернути можна було до {refundable_until}",),
    "order_allows_capture": ("за замовленням у статусі «{order_status}» гроші не списуються",),
    "gateway_supports_authorize": ("{gateway} не вміє утримувати гроші; він знімає їх одразу",),
    "gateway_supports_void": ("{gateway} не вміє звільняти те, що в дорозі",),
    "gateway_supports_refund": ("{gateway} не вміє повертати гроші",),
    "is_held": ("немає утриманих грошей, що чекають на списання",),
    "is_covered": (
        "списати ще можна {capturable}, а не {amount}",
        "списаних грошей не вистачає на {amount}: бракує {missing}",
    ),
    "is_whole_or_partial_capture_supported": ("{gateway} вміє списувати лише все одразу",),
    "is_whole_or_partial_refund_supported": ("{gateway} вміє повертати лише все одразу",),
    "nothing_being_captured": ("{amount} саме зараз списуються або звільняються",),
    "awaits_money": ("відповіді вже не чекають: статус «{status}»",),
    "is_confirmed_by_person": ("{gateway} відповідає сам; підтверджувати вручну нічого",),
    "is_past_grace": ("шлюз іще може відповісти; спробуйте після {until}",),
    "is_in_flight": ("нічого не чекає на відповідь: статус «{status}»",),
    "is_possible": ("з цього статусу туди шляху немає",),
    "awaits_person": ("нічийого слова тут не чекають: статус «{status}»",),
}

RUSSIAN: Final[Sentences] = {
    "is_in_excess": ("сверх должного уплачено {excess}, а не {amount}; остальное возвращают за товары",),
    "credit_is_kept": ("не подключён ни один шлюз, который ведёт счета покупателей",),
    "is_payable": ("заказ в статусе «{status}» нельзя оплатить",),
    "something_is_open": ("просить больше нечего (к оплате: {due}; остальное уже удержано или в пути)",),
    "one_payment_at_a_time": (
        "{payment} в статусе «{status}» ещё может принести деньги; сначала спишите, освободите или отмените его",
    ),
    "nothing_in_doubt": ("ещё неизвестно, чем закончилась операция; спросите шлюз ещё раз",),
    "is_positive": ("сумма должна быть больше нуля, а не {amount}",),
    "is_same_currency": ("сумма {amount} не в валюте {currency}",),
    "is_within_due": ("{amount} больше, чем открытые {open}",),
    "may_be_partial": ("заказ оплачивается одним платежом ({due}), а {amount} лишь часть",),
    "reaches_minimum_share": ("первый платёж должен быть не меньше доли {minimum_share}; {amount} меньше",),
    "gateway_takes_it": ("шлюз не принимает {currency}", "шлюз не умеет {capability}; он снимает деньги сразу"),
    "is_cancellable": ("заказ в статусе «{status}» нельзя отменить",),
    "nothing_in_flight": ("{payment} в статусе «{status}»; сначала освободите или отмените его",),
    "nothing_paid": ("здесь {paid} денег клиента; сначала верните их",),
    "is_refundable": (
        "по заказу в статусе «{status}» ничего не возвращается",
        "вернуть можно только {refundable}, а не {amount}",
    ),
    "something_was_paid": ("нет денег, которые можно вернуть (списано: {paid})",),
    "something_goes_back": ("выбранное бесплатно, поэтому возвращать нечего",),
    "is_not_refunded": ("возврат уже в статусе «{status}»",),
    "is_within_refund_window": ("вернуть можно было до {refundable_until}",),
    "order_allows_capture": ("по заказу в статусе «{order_status}» деньги не списываются",),
    "gateway_supports_authorize": ("{gateway} не умеет удерживать деньги; он снимает их сразу",),
    "gateway_supports_void": ("{gateway} не умеет освобождать то, что в пути",),
    "gateway_supports_refund": ("{gateway} не умеет возвращать деньги",),
    "is_held": ("нет удержанных денег, ожидающих списания",),
    "is_covered": (
        "списать ещё можно {capturable}, а не {amount}",
        "списанных денег не хватает на {amount}: недостаёт {missing}",
    ),
    "is_whole_or_partial_capture_supported": ("{gateway} умеет списывать только всё сразу",),
    "is_whole_or_partial_refund_supported": ("{gateway} умеет возвращать только всё сразу",),
    "nothing_being_captured": ("{amount} прямо сейчас списываются или освобождаются",),
    "awaits_money": ("ответа уже не ждут: статус «{status}»",),
    "is_confirmed_by_person": ("{gateway} отвечает сам; подтверждать вручную нечего",),
    "is_past_grace": ("шлюз ещё может ответить; попробуйте после {until}",),
    "is_in_flight": ("ничто не ждёт ответа: статус «{status}»",),
    "is_possible": ("из этого статуса туда пути нет",),
    "awaits_person": ("ничьего слова здесь не ждут: статус «{status}»",),
}

REASONS: Final[Mapping[str, Sentences]] = {"en": ENGLISH, "uk": UKRAINIAN, "ru": RUSSIAN}
"""By language: every rule of the tables in the box, with what is the case where it does not hold."""


def reason(refusal: Refusal, locale: str = "en", names: Mapping[str, str] | None = None) -> str:
    """The refusal as a sentence in the locale's language, English where there is none in that.

    A code without words, such as a plugin's own, is shown with its figures (row SX-25). `names` says how ids are
    called instead (``payment 1``).
    """
    language = locale.replace("-", "_").partition("_")[0]
    sentences = REASONS.get(language, ENGLISH)
    words = filled(sentences.get(refusal.code, ()), refusal, names)
    return str(refusal) if words is None else words


def filled(sentences: tuple[str, ...], refusal: Refusal, names: Mapping[str, str] | None = None) -> str | None:
    """The first of the sentences that the refusal's figures fill; None where they fill none."""
    figures = {name: _plain(name, value, names or {}) for name, value in refusal.params.items()}
    for words in sentences:
        try:
            return words.format_map(figures)
        except KeyError:
            continue
    return None


def _plain(name: str, value: object, names: Mapping[str, str]) -> str:
    """An id with what it is the id of, a key in words, anything else as it is."""
    text = str(value)
    if name in ("payment", "refund"):
        return names.get(text, f"{name} {text}")
    return text.replace("_", " ") if name in ("status", "order_status", "event") else text
