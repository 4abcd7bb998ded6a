"""Being written; `load_lexicon` now lives in gateway/resources.py."""

from gateway.resources import load_lexicon as load_lexicon
from gateway.resources import load_templates as load_templates
