"""what a person sees of their sessions: a name for each, and from where and with which browser it began and was last used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")
SEEN = ('begun_address', 'begun_client', 'seen_address', 'seen_client')


def upgrade() -> None:
    with op.batch_alter_table('sign_ins', schema=None) as batch_op:
        batch_op.add_column(sa.Column('id', ID, nullable=True))
        for name in SEEN:
            batch_op.add_column(sa.Column(name, sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('sign_ins', schema=None) as batch_op:
        for name in reversed(SEEN):
            batch_op.drop_column(name)
        batch_op.drop_column('id')
