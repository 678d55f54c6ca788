"""WebSub (https://www.w3.org/TR/websub/): hubs that tell us of changes, one that we tell of ours.

Not the address that hubs call: that is ``web.websub``. Not a hub: see docs/decisions/014.
"""
