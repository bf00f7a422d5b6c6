-- alerts that nobody acknowledged, on db-1: how many
select count(*) from alerts where acknowledged_by is null and host = 'db-1'

-- how many solved tickets were left without a rating
select count(*) from conversations where status = 'solved' and rating is null

-- tasks with no completion time whose due date has passed: count
select count(*) from tasks where done_at is null and due_on < '2026-10-15'
