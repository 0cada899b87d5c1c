#include "core/api/field_managers.h"
#include "core/api/managed_fields.h"
#include "core/api/scale_managers.h"
#include "tests/core/api/support/json_text.h"
#include "tests/core/api/support/typed_schema.h"

#include <QTest>

using namespace coracle;
using namespace coracle::api;
using namespace coracle::test;
namespace json = boost::json;

namespace {

Stamp::Point second(int n) {
    return Stamp::Point(std::chrono::seconds(1'000'000'000 + n));
}

FieldWriter writer(const char *manager, int at = 0) {
    return {.type = &kThing,
            .manager = manager,
            .apiVersion = "t/v1",
            .subresource = "",
            .now = second(at),
            .kind = "Thing",
            .ownable = {},
            .inVersion = {}};
}

json::object thing(const QByteArray &members) {
    auto object = readObject("{'apiVersion':'t/v1','kind':'Thing'" + (members.isEmpty() ? "" : "," + members) + "}");
    return object;
}

/// One line per manager: name, operation, version, seconds of its time, fields.
QByteArrayList owners(const json::object &object) {
    QByteArrayList lines;
    const FieldManagers managers = readManagers(object).value();
    for (const auto &[manager, owned] : managers) {
        QByteArray line = QByteArray::fromStdString(manager.name) + (manager.applies ? " Apply " : " Update ") +
                          QByteArray::fromStdString(manager.apiVersion) + ' ';
        if (!manager.subresource.empty())
            line += QByteArray::fromStdString(manager.subresource) + ' ';
        line += owned.time ? QByteArray::fromStdString(owned.time.text()).mid(17, 2) : QByteArray("-");
        lines << line + ' ' + jsonText(owned.fields.toJson());
    }
    return lines;
}

json::object applied(const FieldWriter &by, const json::object &live, const QByteArray &members,
                     Conflicts conflicts = Conflicts::Refuse) {
    auto result = applyConfiguration(by, live, thing(members), conflicts);
    if (!result)
        qWarning("%s", result.error().message.c_str());
    return std::move(result).value();
}

json::object updated(const FieldWriter &by, const json::object &old, const QByteArray &members) {
    json::object fresh = thing(members);
    trackUpdate(by, &old, fresh);
    return fresh;
}

json::object created(const FieldWriter &by, const QByteArray &members) {
    json::object fresh = thing(members);
    trackUpdate(by, nullptr, fresh);
    return fresh;
}

void compareLines(const QByteArrayList &actual, const QByteArrayList &expected) {
    if (actual != expected) // Qt cuts long texts
        qWarning().noquote() << "\n" << actual.join('\n') << "\n is not\n" << expected.join('\n');
    QCOMPARE(actual, expected);
}

/// The same kind in v2, where count is called number.
constexpr FieldInfo kThing2Fields[] = {
    {.name = "apiVersion", .kind = ValueKind::String, .omitEmpty = true},
    {.name = "kind", .kind = ValueKind::String, .omitEmpty = true},
    {.name = "number", .kind = ValueKind::Int32, .omitEmpty = true},
    {.name = "labels", .kind = ValueKind::String, .container = Container::Map, .omitEmpty = true},
};
constexpr TypeInfo kThing2{.name = "Thing", .package = "t/v2", .fields = kThing2Fields};

/// In v2, count is called number. There is no other version.
bool between(const json::object &object, const std::string &apiVersion, const VersionVisitor &visit) {
    if (apiVersion != "t/v1" && apiVersion != "t/v2")
        return false;
    json::object converted = object;
    const char *const from = apiVersion == "t/v1" ? "number" : "count", *const to =
                                                                            apiVersion == "t/v1" ? "count" : "number";
    if (const auto *value = object.if_contains(from)) {
        converted[to] = *value;
        converted.erase(from);
    }
    converted["apiVersion"] = apiVersion;
    visit(converted, apiVersion == "t/v1" ? &kThing : &kThing2);
    return true;
}

FieldWriter inVersion(const char *apiVersion, const char *manager, int at) {
    FieldWriter by = writer(manager, at);
    by.apiVersion = apiVersion;
    by.type = by.apiVersion == "t/v1" ? &kThing : &kThing2;
    by.inVersion = between;
    return by;
}

} // namespace

class FieldOwnersTest : public QObject {
    Q_OBJECT

private slots:
    void setsTimesOnlyForChanges() {
        auto object = applied(writer("a", 1), {}, "'count':1");
        compareLines(owners(object), {"a Apply t/v1 41 {'f:count':{}}"});
        // The same again is nothing, and so is a shared value for those who own it.
        QCOMPARE(jsonText(applied(writer("a", 2), object, "'count':1")), jsonText(object));
        object = applied(writer("b", 3), object, "'count':1");
        compareLines(owners(object), {"a Apply t/v1 41 {'f:count':{}}", "b Apply t/v1 - {'f:count':{}}"});
        object = applied(writer("b", 4), object, "'count':1,'labels':{'x':'1'}");
        compareLines(owners(object),
                     {"a Apply t/v1 41 {'f:count':{}}", "b Apply t/v1 44 {'f:count':{},'f:labels':{'f:x':{}}}"});
        // Giving up what somebody else owns changes the owners, not the object.
        object = applied(writer("b", 5), object, "'labels':{'x':'1'}");
        compareLines(owners(object), {"a Apply t/v1 41 {'f:count':{}}", "b Apply t/v1 44 {'f:labels':{'f:x':{}}}"});
        object = updated(writer("c", 6), object, "'count':1,'labels':{'x':'1'}");
        QCOMPARE(owners(object).size(), 2);
        object = updated(writer("c", 7), object, "'count':2,'labels':{'x':'1'}");
        compareLines(owners(object), {"b Apply t/v1 44 {'f:labels':{'f:x':{}}}", "c Update t/v1 47 {'f:count':{}}"});
    }

    void keepsOldTimesWhenOnlyTheyChanged() {
        const auto old = created(writer("a", 1), "'count':1");
        auto fresh = created(writer("a", 9), "'count':1");
        QVERIFY(keepTimesOfEqual(old, fresh));
        QCOMPARE(jsonText(fresh), jsonText(old));
        QVERIFY(!keepTimesOfEqual(old, fresh));
        fresh = created(writer("a", 9), "'count':2");
        QVERIFY(!keepTimesOfEqual(old, fresh));
        fresh = created(writer("b", 9), "'count':1");
        QVERIFY(!keepTimesOfEqual(old, fresh));
        compareLines(owners(fresh), {"b Update t/v1 49 {'f:count':{}}"});
    }

    void joinsOldUpdatersOfEachVersion() {
        FieldManagers managers;
        const auto add = [&](const char *name, const char *version, int at) {
            FieldSet fields;
            fields.insert({{PathElement::Kind::Field, std::string(name) + version}});
            managers[{false, name, version, ""}] = {fields, Time(second(at))};
        };
        for (int i = 0; i < 6; ++i) {
            add(("m" + std::to_string(i)).c_str(), "v1", i);
            add(("m" + std::to_string(i)).c_str(), "v2", i);
        }
        managers[{true, "applier", "v1", ""}] = {managers.begin()->second.fields, Time(second(0))};
        capUpdaters(managers);
        json::object object;
        writeManagers(managers, object);
        const auto lines = owners(object);
        QCOMPARE(lines.size(), 11); // ten updaters and the applier
        QVERIFY(lines.contains("ancient-changes Update v1 41 {'f:m0v1':{},'f:m1v1':{}}"));
        QVERIFY(lines.contains("ancient-changes Update v2 41 {'f:m0v2':{},'f:m1v2':{}}"));
        // The next one goes into the same bucket.
        add("new", "v1", 20);
        capUpdaters(managers);
        object.clear();
        writeManagers(managers, object);
        QCOMPARE(owners(object).size(), 11);
        QVERIFY(owners(object).contains("ancient-changes Update v1 42 {'f:m0v1':{},'f:m1v1':{},'f:m2v1':{}}"));
    }

    void appliesAreNotCapped() {
        json::object object = thing("");
        for (int i = 0; i < 15; ++i)
            object = applied(writer(("m" + std::to_string(i)).c_str(), i), object,
                             "'labels':{'l" + QByteArray::number(i) + "':'x'}");
        QCOMPARE(owners(object).join(' ').count(" Apply "), 15);
    }

    void ownsNothingThatIsReset() {
        FieldWriter by = writer("a");
        by.ownable = FieldFilter::excluding({"size"});
        auto object = applied(by, {}, "'count':1,'size':'1'");
        compareLines(owners(object), {"a Apply t/v1 40 {'f:count':{}}"});
        FieldWriter status = writer("s", 1);
        status.subresource = "status";
        status.ownable = FieldFilter::excluding({"count"});
        object = applied(status, object, "'count':2,'size':'2'");
        compareLines(owners(object), {"a Apply t/v1 40 {'f:count':{}}", "s Apply t/v1 status 41 {'f:size':{}}"});
        by.manager = "b";
        const auto refused = applyConfiguration(by, object, thing("'count':3,'size':'3'"), Conflicts::Refuse);
        QVERIFY(!refused);
        QCOMPARE(refused.error().causes.size(), size_t(1)); // the size will be reset, so nobody minds
        QCOMPARE(refused.error().causes[0].field, std::string(".count"));
        by.ownable = FieldFilter::excluding({"count"});
        const auto other = applyConfiguration(by, object, thing("'count':3,'size':'2'"), Conflicts::Refuse);
        QVERIFY(other.has_value());
    }

    void groupsConflictsByManager() {
        auto object = created(writer("b", 0), "'count':1,'labels':{'x':'1','y':'1'}");
        object = applied(writer("a", 1), object, "'labels':{'z':'1'},'ports':[{'port':100},{'port':9}]");
        FieldWriter status = writer("a", 2);
        status.subresource = "status";
        object = applied(status, object, "'size':'1'");
        const auto refused = applyConfiguration(
            writer("c", 3), object,
            thing("'count':2,'size':'2','labels':{'x':'2','y':'2','z':'2'},'ports':[{'port':9}]"), Conflicts::Refuse);
        QVERIFY(!refused);
        QCOMPARE(
            QByteArray::fromStdString(refused.error().message),
            QByteArray("Apply failed with 5 conflicts: conflicts with \"a\" with subresource \"status\":\n- .size\n"
                       "conflicts with \"a\":\n- .labels.z\n"
                       "conflicts with \"b\" using t/v1:\n- .count\n- .labels.x\n- .labels.y"));
        QCOMPARE(refused.error().code, 409);
        QCOMPARE(refused.error().causes.size(), size_t(5));
        QCOMPARE(QByteArray::fromStdString(refused.error().causes[2].message),
                 QByteArray("conflict with \"b\" using t/v1"));
    }

    void followsOwnersIntoOtherVersions() {
        auto object = applied(inVersion("t/v1", "a", 1), {}, "'count':1,'labels':{'x':'1'}");
        compareLines(owners(object), {"a Apply t/v1 41 {'f:count':{},'f:labels':{'f:x':{}}}"});
        // Somebody writes in v2, where count is number.
        json::object two;
        between(object, "t/v2", [&](const json::object &converted, const TypeInfo *) { two = converted; });
        const auto v2 = [](const char *members) {
            return readObject("{'apiVersion':'t/v2','kind':'Thing'," + QByteArray(members) + "}");
        };
        const auto refused = applyConfiguration(inVersion("t/v2", "b", 2), two, v2("'number':2"), Conflicts::Refuse);
        QCOMPARE(QByteArray::fromStdString(refused ? "" : refused.error().message),
                 QByteArray("Apply failed with 1 conflict: conflict with \"a\": .count"));
        auto forced = applyConfiguration(inVersion("t/v2", "b", 2), two, v2("'number':2"), Conflicts::Force).value();
        compareLines(owners(forced), {"a Apply t/v1 41 {'f:labels':{'f:x':{}}}", "b Apply t/v2 42 {'f:number':{}}"});
        // The first applier moves on to v2 and gives up its label; its entry changes its version.
        forced = applyConfiguration(inVersion("t/v2", "a", 3), forced, v2("'number':2"), Conflicts::Refuse).value();
        compareLines(owners(forced), {"a Apply t/v2 43 {'f:number':{}}", "b Apply t/v2 42 {'f:number':{}}"});
        QVERIFY(!forced.contains("labels"));
        QCOMPARE(forced.at("number"), json::value(2));
        // What is owned in the other version is not removed.
        json::object one;
        between(forced, "t/v1", [&](const json::object &converted, const TypeInfo *) { one = converted; });
        one = applyConfiguration(inVersion("t/v1", "a", 4), one, thing(""), Conflicts::Refuse).value();
        compareLines(owners(one), {"b Apply t/v2 42 {'f:number':{}}"});
        QCOMPARE(one.at("count"), json::value(2));
    }

    void dropsOwnersOfVersionsThatAreGone() {
        auto object = thing("'count':1");
        object["metadata"] = readJson("{'managedFields':[{'manager':'old','operation':'Update','apiVersion':'t/v0',"
                                      "'fieldsType':'FieldsV1','fieldsV1':{'f:count':{}}},"
                                      "{'manager':'b','operation':'Update','apiVersion':'t/v1',"
                                      "'fieldsType':'FieldsV1','fieldsV1':{'f:size':{}}}]}");
        json::object fresh = object;
        fresh["count"] = 2;
        trackUpdate(inVersion("t/v1", "a", 1), &object, fresh);
        compareLines(owners(fresh), {"a Update t/v1 41 {'f:count':{}}", "b Update t/v1 - {'f:size':{}}"});
    }

    void readsSetsOfOlderSchemas() {
        auto object = thing("'notes':{'x':'1','y':'1'}");
        object["metadata"] = readJson("{'managedFields':[{'manager':'a','operation':'Apply','apiVersion':'t/v1',"
                                      "'fieldsType':'FieldsV1','fieldsV1':{'f:notes':{'f:x':{},'f:y':{}}}}]}");
        // Granular before, atomic now: the owner of the parts owns the whole.
        const auto refused = applyConfiguration(writer("b"), object, thing("'notes':{'x':'2'}"), Conflicts::Refuse);
        QCOMPARE(QByteArray::fromStdString(refused ? "" : refused.error().message),
                 QByteArray("Apply failed with 1 conflict: conflict with \"a\": .notes"));
        object = applied(writer("a", 1), object, "'notes':{'x':'2'}");
        compareLines(owners(object), {"a Apply t/v1 41 {'f:notes':{}}"});
        QCOMPARE(jsonText(object.at("notes")), QByteArray("{'x':'2'}"));
    }

    void namesUnknownWriters() {
        compareLines(owners(created(writer(""), "'count':1")), {"unknown Update t/v1 40 {'f:count':{}}"});
    }

    void mapsReplicasToScaleAndBack() {
        const std::vector<PathElement> replicas = {{PathElement::Kind::Field, "spec"},
                                                   {PathElement::Kind::Field, "replicas"}};
        const ReplicasPath path = [&](std::string_view version) {
            return version.starts_with("apps/") ? &replicas : nullptr;
        };
        const auto read = [](const char *managers) {
            return readManagers(readObject("{'metadata':{'managedFields':" + QByteArray(managers) + "}}")).value();
        };
        const auto text = [](const FieldManagers &managers) {
            json::object object;
            writeManagers(managers, object);
            return owners(object);
        };
        const auto parent =
            read("[{'manager':'applier','operation':'Apply','apiVersion':'apps/v1','time':'2001-09-09T01:46:40Z',"
                 "'fieldsType':'FieldsV1','fieldsV1':{'f:spec':{'f:replicas':{},'f:paused':{}}}},"
                 "{'manager':'u','operation':'Update','apiVersion':'apps/v1','time':'2001-09-09T01:46:41Z',"
                 "'fieldsType':'FieldsV1','fieldsV1':{'f:spec':{'f:replicas':{},'f:selector':{}}}},"
                 "{'manager':'other','operation':'Update','apiVersion':'apps/v1','time':'2001-09-09T01:46:42Z',"
                 "'fieldsType':'FieldsV1','fieldsV1':{'f:spec':{'f:template':{}}}},"
                 "{'manager':'old','operation':'Update','apiVersion':'extensions/v1beta1',"
                 "'fieldsType':'FieldsV1','fieldsV1':{'f:spec':{'f:replicas':{}}}}]");
        const FieldManagers scale = scaleManagers(parent, path);
        compareLines(text(scale), {"applier Apply autoscaling/v1 40 {'f:spec':{'f:replicas':{}}}",
                                   "u Update autoscaling/v1 41 {'f:spec':{'f:replicas':{}}}"});
        // Nothing was changed through the scale.
        compareLines(text(parentManagers(parent, scale, path, "apps/v1")),
                     {"applier Apply apps/v1 40 {'f:spec':{'f:paused':{},'f:replicas':{}}}",
                      "other Update apps/v1 42 {'f:spec':{'f:template':{}}}",
                      "u Update apps/v1 41 {'f:spec':{'f:replicas':{},'f:selector':{}}}"});
        // An autoscaler took the replicas.
        FieldManagers taken;
        taken[{false, "hpa", "autoscaling/v1", "scale"}] = scale.begin()->second;
        compareLines(text(parentManagers(parent, taken, path, "apps/v1")),
                     {"applier Apply apps/v1 40 {'f:spec':{'f:paused':{}}}",
                      "hpa Update apps/v1 scale - {'f:spec':{'f:replicas':{}}}",
                      "other Update apps/v1 42 {'f:spec':{'f:template':{}}}",
                      "u Update apps/v1 41 {'f:spec':{'f:selector':{}}}"});
    }

    void keepsTheAnnotationOfClientSideApply() {
        const FieldWriter kubectl{.type = findType("core/v1", "ConfigMap"),
                                  .manager = "kubectl",
                                  .apiVersion = "v1",
                                  .subresource = "",
                                  .now = second(0),
                                  .kind = "ConfigMap",
                                  .ownable = {},
                                  .inVersion = {}};
        auto live = readObject("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'c','uid':'u','annotations':{"
                               "'kubectl.kubernetes.io/last-applied-configuration':'{}'}},'data':{'a':'1'}}");
        const auto configuration =
            readObject("{'kind':'ConfigMap','apiVersion':'v1','metadata':{'name':'c'},'data':{'z':'<&>','b':'1'}}");
        const auto result = applyConfiguration(kubectl, live, configuration, Conflicts::Refuse).value();
        QCOMPARE(result.at("metadata").at("annotations").at("kubectl.kubernetes.io/last-applied-configuration"),
                 json::value("{\"apiVersion\":\"v1\",\"data\":{\"b\":\"1\",\"z\":\"\\u003c\\u0026\\u003e\"},"
                             "\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"c\"}}\n"));
        // Other managers do not touch it.
        FieldWriter other = kubectl;
        other.manager = "flux";
        const auto left = applyConfiguration(other, live, configuration, Conflicts::Refuse).value();
        QCOMPARE(left.at("metadata").at("annotations").at("kubectl.kubernetes.io/last-applied-configuration"),
                 json::value("{}"));
        // Together with the others it would be too large.
        live["metadata"].as_object()["annotations"].as_object()["big"] = std::string(262'000, 'x');
        const auto dropped = applyConfiguration(kubectl, live, configuration, Conflicts::Refuse).value();
        QVERIFY(!dropped.at("metadata")
                     .at("annotations")
                     .as_object()
                     .contains("kubectl.kubernetes.io/last-applied-configuration"));
    }
};

QTEST_GUILESS_MAIN(FieldOwnersTest)
#include "tst_field_owners.moc"
