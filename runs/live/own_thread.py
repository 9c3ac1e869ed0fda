"""The thread that Django gives a request of its own, and what it holds."""

from asgiref.sync import SyncToAsync, sync_to_async
from django.db import connections


async def let_thread_go() -> None:
    """End the thread of this request, with its database connections.

    They would last as long as the answer: two hundred streams that sleep were two hundred
    threads. Whatever needs the database after this gets a thread and a connection anew.
    """
    context = SyncToAsync.thread_sensitive_context.get(None)
    if context is None or context not in SyncToAsync.context_to_thread_executor:
        return
    await sync_to_async(connections.close_all)()
    SyncToAsync.context_to_thread_executor.pop(context).shutdown(wait=False)
