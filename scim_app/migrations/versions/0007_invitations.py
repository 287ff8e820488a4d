"""an invitation gives access once it was accepted: memberships say since when they count, claim links who invites.

Whoever administered an organisation before goes on doing so. Links that nobody used yet work no more: they let whoever made
them choose the password of an account that others had invited, too.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")
FOREIGN_KEY = 'fk_claims_organization_id'


def upgrade() -> None:
    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.add_column(sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True))
    memberships = sa.table('memberships', sa.column('accepted_at', sa.DateTime(timezone=True)))
    op.execute(memberships.update().values(accepted_at=datetime.now(UTC)))
    op.execute("DELETE FROM claims WHERE used_at IS NULL")
    with op.batch_alter_table('claims', schema=None) as batch_op:
        batch_op.add_column(sa.Column('organization_id', ID, nullable=True))
        batch_op.create_foreign_key(FOREIGN_KEY, 'organizations', ['organization_id'], ['id'], ondelete='CASCADE')


def downgrade() -> None:
    op.execute("DELETE FROM claims WHERE organization_id IS NOT NULL")
    op.execute("DELETE FROM memberships WHERE accepted_at IS NULL")
    with op.batch_alter_table('claims', schema=None) as batch_op:
        batch_op.drop_constraint(FOREIGN_KEY, type_='foreignkey')
        batch_op.drop_column('organization_id')
    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.drop_column('accepted_at')
