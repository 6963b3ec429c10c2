"""The history of the tables, one module in ``versions`` for each step; run by ``migrate``.

A step that was released is never changed. It uses ``op`` and plain columns, not ``tables``, which
shows the newest state only. To add one: a new module, ``SCHEMA`` in ``tables``, and a test that
upgrades a database of the step before.
"""
