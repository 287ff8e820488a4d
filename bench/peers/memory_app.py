"""scim2-server as its command serves it, but by gunicorn."""

import os
import secrets

from scim2_models import ScimProvider
from scim2_server.memory import InMemoryStorage
from scim2_server.service import ScimService
from scim2_server.testserver.application import BearerTokenApplication
from scim2_server.utils import load_default_resource_types, load_default_schemas, load_default_service_provider_config

provider = ScimProvider.from_discovery(
    load_default_schemas().values(),
    load_default_resource_types().values(),
    config=load_default_service_provider_config(),
)
service = ScimService(provider, secret=secrets.token_urlsafe(32))
app = BearerTokenApplication(InMemoryStorage(), provider, service=service, bearer_tokens=[os.environ["BENCH_KEY"]])
