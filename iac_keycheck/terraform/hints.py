"""What the text of a root module has to say for there to be something to tell of its keys.

Where it does not, what looks closer is not even loaded: for most keys that is half of what could be asked about them.
"""

from __future__ import annotations

from collections.abc import Iterable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SECRETS: Final = ("secret", "ses_smtp", "iam_access_key.", "module.")
"""Of a key's secret that goes somewhere: it is named, or what it may be in."""
LIFECYCLES: Final = ("lifecycle",)
REMOVED: Final = ("removed",)
SCRIPTS: Final = ("user_data", "user_data_base64", "custom_data", "metadata_startup_script", "program")
"""Arguments that are run."""
COMMANDS: Final = ("user_data", "custom_data", "metadata_startup_script", "program", "provisioner")
"""Of which one stands in all that runs: what is part of a longer word is looked for once."""
GUARDS: Final = ("policy", "content", "_identifier", "template_body")
"""Of guards of keys: policies and rules of AWS Config."""
CONDITION: Final = ("keyscount",)
"""Of a condition on the key that does not exist, in small letters."""


def say(texts: Iterable[str], words: tuple[str, ...]) -> bool:
    """Whether one of the words stands in one of the texts."""
    return any(word in text for text in texts for word in words)
