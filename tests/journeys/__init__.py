"""What the people of a practice do all day, in a real browser against the whole running product.

One stack and one signed-in browser a person serve all journeys, so they run on one worker.
"""

import pytest

JOURNEY = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
