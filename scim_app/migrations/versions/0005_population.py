"""how many users and groups each organisation has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table('population',
    sa.Column('organization_id', ID, nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_population_organization_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('organization_id', 'kind', name=op.f('pk_population'))
    )
    for kind, table in (('User', 'users'), ('Group', 'groups')):
        op.execute(
            f"INSERT INTO population (organization_id, kind, count) SELECT organizations.id, '{kind}', "
            f"(SELECT COUNT(*) FROM {table} WHERE {table}.organization_id = organizations.id) FROM organizations"
        )


def downgrade() -> None:
    op.drop_table('population')
