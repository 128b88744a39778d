"""What can be asked of an SQL store about one thing: a family, its history, a key, a number, the messages waiting.

Lists and sums are in `lists.py`. A reading is good for one transaction, which somebody else begins and ends.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from attrs import frozen
from sqlalchemy import Connection, Table, bindparam, select

from orderkit.adapters.sqlalchemy import families, lists, tables
from orderkit.adapters.sqlalchemy.databases.contract import Database, Driver
from orderkit.adapters.sqlalchemy.rows import desk
from orderkit.adapters.sqlalchemy.rows.wire import Row
from orderkit.adapters.sqlalchemy.statements import Statement, compiled, of_order, the_version
from orderkit.errors import NotFound
from orderkit.family import OrderFamily
from orderkit.history import HistoryEntry
from orderkit.money import Price
from orderkit.ports.storage import CommandKey, CurrencyTotals, Message, OrderFilter, Page, Relative, SoldItem
