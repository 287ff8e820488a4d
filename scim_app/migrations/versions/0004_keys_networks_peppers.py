"""from where a key may be used, under which pepper it is kept, and which keys are temporary."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('scim_keys', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pepper_id', sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column('temporary', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('allowed_networks', sa.Text(), server_default='[]', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('scim_keys', schema=None) as batch_op:
        batch_op.drop_column('allowed_networks')
        batch_op.drop_column('temporary')
        batch_op.drop_column('pepper_id')
