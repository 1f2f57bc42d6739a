"""``python -m bascule_cli``: the command where nothing was installed."""

import sys

from bascule_cli.main import main

sys.exit(main())
