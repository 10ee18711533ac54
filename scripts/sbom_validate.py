"""Holds a bill of materials to the CycloneDX JSON schema. Usage: python3 scripts/sbom_validate.py <file>"""

import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(Path(sys.argv[1]).read_text())
if error:
    print(f"  {sys.argv[1]}: {str(error)[:2000]}", file=sys.stderr)
sys.exit(1 if error else 0)
