"""the overlap of keys, the log of SCIM requests, the delay of sign-ins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table('throttles',
    sa.Column('subject_hash', sa.String(length=64), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('subject_hash', name=op.f('pk_throttles'))
    )
    with op.batch_alter_table('throttles', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_throttles_last_at'), ['last_at'], unique=False)

    op.create_table('scim_requests',
    sa.Column('id', ID, nullable=False),
    sa.Column('organization_id', ID, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('sum_key', sa.String(length=64), nullable=True),
    sa.Column('key_id', ID, nullable=True),
    sa.Column('key_name', sa.String(), nullable=False),
    sa.Column('client', sa.String(), nullable=False),
    sa.Column('user_agent', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('method', sa.String(), nullable=False),
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('failed', sa.Boolean(), nullable=False),
    sa.Column('scim_type', sa.String(), nullable=True),
    sa.Column('detail', sa.String(), nullable=True),
    sa.Column('duration', sa.Integer(), nullable=False),
    sa.Column('request_body', sa.Text(), nullable=True),
    sa.Column('response_body', sa.Text(), nullable=True),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('target_kind', sa.String(), nullable=True),
    sa.Column('target_id', ID, nullable=True),
    sa.Column('target_name', sa.String(), nullable=True),
    sa.Column('search_key', sa.String(), nullable=False),
    sa.Column('change_ids', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_scim_requests_organization_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scim_requests')),
    sa.UniqueConstraint('sum_key', name=op.f('uq_scim_requests_sum_key'))
    )
    with op.batch_alter_table('scim_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scim_requests_organization_id_id'), ['organization_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_scim_requests_organization_id_failed_id'), ['organization_id', 'failed', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_scim_requests_organization_id_action_id'), ['organization_id', 'action', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_scim_requests_organization_id_target_id_id'), ['organization_id', 'target_id', 'id'], unique=False)

    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.add_column(sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('organizations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('log_days', sa.Integer(), server_default='30', nullable=False))

    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_users_organization_id_active_user_name_key'), ['organization_id', 'active', 'user_name_key'], unique=False)

    with op.batch_alter_table('scim_keys', schema=None) as batch_op:
        batch_op.add_column(sa.Column('retires_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('replaced_by', ID, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_users_organization_id_active_user_name_key'))

    with op.batch_alter_table('scim_keys', schema=None) as batch_op:
        batch_op.drop_column('replaced_by')
        batch_op.drop_column('retires_at')

    with op.batch_alter_table('organizations', schema=None) as batch_op:
        batch_op.drop_column('log_days')

    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.drop_column('disabled_at')

    with op.batch_alter_table('scim_requests', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scim_requests_organization_id_target_id_id'))
        batch_op.drop_index(batch_op.f('ix_scim_requests_organization_id_action_id'))
        batch_op.drop_index(batch_op.f('ix_scim_requests_organization_id_failed_id'))
        batch_op.drop_index(batch_op.f('ix_scim_requests_organization_id_id'))

    op.drop_table('scim_requests')
    with op.batch_alter_table('throttles', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_throttles_last_at'))

    op.drop_table('throttles')
