"""Records as rows and back: for each table two functions that name its columns in the table's order.

`wire` knows how ids and JSON cross to a driver; `orders`, `sold`, `money`, `exchange`, `ledgers` and `desk`
hold the tables' rows. A row is a plain tuple, ready for a driver; nothing here knows SQL.
"""
