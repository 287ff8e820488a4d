// SCIMMY with its express routers and a store in memory: maps by id, userName and externalId, so that a lookup need not scan.
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

let last = 0;
const users = new Map(), groups = new Map();
const indexes = { username: new Map(), externalid: new Map() };

const looked = (filter) => {
    const conditions = filter?.length === 1 ? Object.entries(filter[0]) : [];
    const [name, comparison] = conditions.length === 1 ? conditions[0] : [];
    const index = indexes[name?.toLowerCase()];
    return index && comparison?.[0] === "eq" ? [index.get(String(comparison[1]).toLowerCase())].filter(Boolean) : undefined;
};
const stored = (map, resource, data, keep = () => {}) => {
    const id = resource.id ?? String(++last), now = new Date().toISOString(), before = map.get(id);
    if (resource.id && !before) throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
    const whole = { ...JSON.parse(JSON.stringify(data)), id, meta: { created: before?.meta.created ?? now, lastModified: now } };
    keep(whole, before);
    map.set(id, whole);
    return whole;
};
const found = (map, resource) => {
    if (!resource.id) return looked(resource.filter) ?? (resource.filter ? resource.filter.match([...map.values()]) : [...map.values()]);
    const one = map.get(resource.id);
    if (!one) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
    return one;
};

SCIMMY.Resources.declare(SCIMMY.Resources.User)
    .ingress((resource, data) => stored(users, resource, data, (whole, before) => {
        const name = whole.userName.toLowerCase(), holder = indexes.username.get(name);
        if (holder && holder.id !== whole.id) throw new SCIMMY.Types.Error(409, "uniqueness", `${whole.userName} is taken`);
        if (before) indexes.username.delete(before.userName.toLowerCase());
        indexes.username.set(name, whole);
        if (whole.externalId) indexes.externalid.set(whole.externalId.toLowerCase(), whole);
    }))
    .egress((resource) => found(users, resource))
    .degress((resource) => void users.delete(resource.id));
SCIMMY.Resources.declare(SCIMMY.Resources.Group)
    .ingress((resource, data) => stored(groups, resource, data))
    .egress((resource) => found(groups, resource))
    .degress((resource) => void groups.delete(resource.id));

// SCIMMY takes startIndex and count as numbers only, and a query holds text.
const numbers = (query) => {
    const found = Object.fromEntries(new URLSearchParams(query));
    for (const name of ["startIndex", "count"]) if (name in found) found[name] = Number(found[name]);
    return found;
};

express()
    .set("query parser", numbers)
    .use("/scim/v2", new SCIMMYRouters({
        type: "bearer",
        handler: (request) => {
            if (request.header("Authorization") !== `Bearer ${process.env.BENCH_KEY}`) throw new Error("Show the key.");
            return "somebody";
        },
    }))
    .listen(Number(process.argv[2]), "127.0.0.1");
