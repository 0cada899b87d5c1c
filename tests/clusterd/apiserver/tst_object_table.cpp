#include "clusterd/apiserver/registry/object_table.h"
#include "core/base/random.h"

#include <QTest>
#include <fmt/format.h>
#include <map>
#include <random>

using namespace coracle;
using namespace coracle::apiserver;

namespace {

api::ObjectPtr object(std::string_view namespaceName, std::string_view name, int version = 1) {
    return *api::Object::parse(fmt::format(
        R"({{"apiVersion":"v1","kind":"X","metadata":{{"name":"{}","namespace":"{}","resourceVersion":"{}"}}}})", name,
        namespaceName, version));
}

using Model = std::map<std::string, api::ObjectPtr>;

std::string key(const api::Object &o) {
    return fmt::format("{}/{}", o.namespaceName(), o.name());
}

std::vector<api::ObjectPtr> contents(const ObjectTable &table, std::string_view namespaceName = {}) {
    std::vector<api::ObjectPtr> result;
    table.visitNamespace(namespaceName, [&](const api::ObjectPtr &o) {
        result.push_back(o);
        return true;
    });
    return result;
}

bool equal(const ObjectTable &table, const Model &model) {
    std::vector<api::ObjectPtr> all = contents(table);
    if (all.size() != model.size() || table.size() != model.size())
        return false;
    size_t i = 0;
    for (const auto &[k, o] : model)
        if (all[i++] != o)
            return false;
    return true;
}

} // namespace

class ObjectTableTest : public QObject {
    Q_OBJECT

private slots:
    void ordersAsTheDatastoreDoes() {
        const char *names[][2] = {{"a", "z"}, {"a-b", "a"}, {"a", "a"}, {"a-", "x"}, {"a0", "x"}, {"b", "a.b"}};
        for (const auto &x : names)
            for (const auto &y : names) {
                int expected = fmt::format("{}/{}", x[0], x[1]).compare(fmt::format("{}/{}", y[0], y[1]));
                int order = ObjectKey::compare({x[0], x[1]}, {y[0], y[1]});
                QCOMPARE(order < 0, expected < 0);
                QCOMPARE(order > 0, expected > 0);
            }
    }

    /// Random operations against a std::map, with snapshots that must never change.
    void behavesAsAMap() {
        std::mt19937 random(7);
        ObjectTable table;
        Model model;
        std::vector<std::pair<ObjectTable, Model>> snapshots;
        for (int i = 0; i < 20000; ++i) {
            std::string space = fmt::format("n{}", random() % 3), name = fmt::format("o{}", random() % 700);
            if (random() % 3 > 0) {
                api::ObjectPtr fresh = object(space, name, i + 1);
                api::ObjectPtr before = table.put(fresh);
                api::ObjectPtr &slot = model[space + "/" + name];
                QCOMPARE(before, slot);
                slot = fresh;
            } else {
                api::ObjectPtr gone = table.erase({space, name});
                auto at = model.find(space + "/" + name);
                QCOMPARE(gone, at == model.end() ? nullptr : at->second);
                if (at != model.end())
                    model.erase(at);
            }
            if (i % 1000 == 0)
                snapshots.emplace_back(table.snapshot(), model);
        }
        QVERIFY(equal(table, model));
        for (const auto &[snapshot, state] : snapshots)
            QVERIFY(equal(snapshot, state));
        for (const auto &[k, o] : model)
            QCOMPARE(table.find(ObjectKey::of(*o)), o);
        QVERIFY(!table.find({"n0", "none"}));
    }

    void visitsFromAKey() {
        ObjectTable table;
        for (int i = 0; i < 1000; ++i)
            table.put(object("n", fmt::format("{:04}", i)));
        table.put(object("m", "x"));
        table.put(object("o", "x"));
        QCOMPARE(contents(table, "n").size(), 1000u);
        QCOMPARE(contents(table, "m").size(), 1u);
        std::vector<std::string> names;
        table.visit({"n", "0995"}, [&](const api::ObjectPtr &o) {
            names.push_back(key(*o));
            return names.size() < 6;
        });
        QCOMPARE(names.front(), "n/0995");
        QCOMPARE(names.back(), "o/x");
    }
};

QTEST_GUILESS_MAIN(ObjectTableTest)
#include "tst_object_table.moc"
