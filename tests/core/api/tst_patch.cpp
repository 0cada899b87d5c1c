#include "core/api/json_patch.h"
#include "core/api/merge_patch.h"
#include "core/api/schema.h"
#include "core/api/strategic_merge_patch.h"

#include <QTest>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

using namespace coracle;
using namespace coracle::api;
namespace json = boost::json;

namespace {

/// JSON with ' for ".
json::value read(QByteArray text) {
    return json::parse(text.replace('\'', '"').toStdString());
}

QByteArray text(const json::value &value) {
    return QByteArray::fromStdString(json::serialize(value)).replace('"', '\'');
}

void compare(const json::value &actual, const QByteArray &expected) {
    const json::value wanted = read(expected);
    if (actual != wanted)
        QCOMPARE(text(actual), text(wanted));
}

} // namespace

class PatchTest : public QObject {
    Q_OBJECT

private slots:
    void appliesJsonPatches_data() {
        QTest::addColumn<QByteArray>("document");
        QTest::addColumn<QByteArray>("patch");
        QTest::addColumn<QByteArray>("result"); // empty: refused, and code tells how
        QTest::addColumn<int>("code");
        const auto row = [](const char *name, const char *document, const char *patch, const char *result,
                            int code = 0) {
            QTest::newRow(name) << QByteArray(document) << QByteArray(patch) << QByteArray(result) << code;
        };
        row("add member", "{'a':1}", "[{'op':'add','path':'/b','value':2}]", "{'a':1,'b':2}");
        row("add replaces", "{'a':1}", "[{'op':'add','path':'/a','value':2}]", "{'a':2}");
        row("add null", "{}", "[{'op':'add','path':'/a','value':null}]", "{'a':null}");
        row("insert", "{'a':[1,3]}", "[{'op':'add','path':'/a/1','value':2}]", "{'a':[1,2,3]}");
        row("append", "{'a':[1]}", "[{'op':'add','path':'/a/-','value':2}]", "{'a':[1,2]}");
        row("append by index", "{'a':[1]}", "[{'op':'add','path':'/a/1','value':2}]", "{'a':[1,2]}");
        row("remove", "{'a':1,'b':[1,2]}", "[{'op':'remove','path':'/b/0'},{'op':'remove','path':'/a'}]", "{'b':[2]}");
        row("replace", "{'a':{'b':1}}", "[{'op':'replace','path':'/a/b','value':[]}]", "{'a':{'b':[]}}");
        row("move", "{'a':{'b':1}}", "[{'op':'move','from':'/a/b','path':'/c'}]", "{'a':{},'c':1}");
        row("copy", "{'a':{'b':1}}", "[{'op':'copy','from':'/a','path':'/c'}]", "{'a':{'b':1},'c':{'b':1}}");
        row("test", "{'a':[1,{'b':null}]}", "[{'op':'test','path':'/a','value':[1,{'b':null}]}]",
            "{'a':[1,{'b':null}]}");
        row("test absent", "{}", "[{'op':'test','path':'/a','value':null}]", "{}");
        row("escapes", "{'a/b':1,'m~n':2,'~1':3}",
            "[{'op':'remove','path':'/a~1b'},{'op':'remove','path':'/m~0n'},{'op':'test','path':'/~01','value':3}]",
            "{'~1':3}");
        row("empty name", "{'':1}", "[{'op':'replace','path':'/','value':2}]", "{'':2}");
        row("whole", "{'a':1}", "[{'op':'replace','path':'','value':{'b':2}}]", "{'b':2}");
        row("nothing", "{'a':1}", "[]", "{'a':1}");
        row("test fails", "{'a':1}", "[{'op':'test','path':'/a','value':2}]", "", 422);
        row("no member", "{}", "[{'op':'remove','path':'/a'}]", "", 422);
        row("replace nothing", "{}", "[{'op':'replace','path':'/a','value':1}]", "", 422);
        row("no parent", "{}", "[{'op':'add','path':'/a/b','value':1}]", "", 422);
        row("parent is scalar", "{'a':1}", "[{'op':'add','path':'/a/b','value':1}]", "", 422);
        row("out of bounds", "{'a':[1]}", "[{'op':'add','path':'/a/2','value':1}]", "", 422);
        row("from the end", "{'a':[1,2]}", "[{'op':'remove','path':'/a/-1'},{'op':'add','path':'/a/-1','value':3}]",
            "{'a':[1,3]}");
        row("before the begin", "{'a':[1]}", "[{'op':'remove','path':'/a/-2'}]", "", 422);
        row("sign only", "{'a':[1]}", "[{'op':'remove','path':'/a/+-0'}]", "", 422);
        row("huge index", "{'a':[1]}", "[{'op':'remove','path':'/a/99999999999999999999'}]", "", 422);
        row("leading zero", "{'a':[1]}", "[{'op':'remove','path':'/a/00'}]", "{'a':[]}");
        row("no number", "{'a':[1]}", "[{'op':'remove','path':'/a/x'}]", "", 422);
        row("remove all", "{'a':1}", "[{'op':'remove','path':''}]", "", 422);
        row("into itself", "{'a':{'b':{}}}", "[{'op':'move','from':'/a','path':'/a/b/c'}]", "", 422);
        row("all or nothing", "{'a':1}", "[{'op':'remove','path':'/a'},{'op':'remove','path':'/a'}]", "", 422);
        row("no list", "{}", "{'op':'remove','path':'/a'}", "", 400);
        row("no object", "{}", "[1]", "", 400);
        row("no op", "{}", "[{'path':'/a'}]", "", 422);
        row("no path", "{}", "[{'op':'remove'}]", "", 422);
        row("no value", "{}", "[{'op':'add','path':'/a'}]", "{'a':null}");
        row("no from", "{}", "[{'op':'copy','path':'/a'}]", "", 422);
        row("other op", "{}", "[{'op':'merge','path':'/a','value':1}]", "", 422);
        row("bad pointer", "{}", "[{'op':'remove','path':'a'}]", "", 422);
    }
    void appliesJsonPatches() {
        QFETCH(QByteArray, document);
        QFETCH(QByteArray, patch);
        QFETCH(QByteArray, result);
        QFETCH(int, code);
        const json::value before = read(document);
        const auto patched = applyJsonPatch(before, read(patch));
        QCOMPARE(patched.has_value(), code == 0);
        if (patched)
            compare(*patched, result);
        else
            QCOMPARE(patched.error().code, code);
    }

    void limitsJsonPatches() {
        json::array operations(kJsonPatchOperationsMax, read("{'op':'add','path':'/a','value':1}"));
        QVERIFY(applyJsonPatch(json::object(), operations).has_value());
        operations.push_back(operations.front());
        const auto many = applyJsonPatch(json::object(), operations);
        QCOMPARE(many.error().code, 413);
        QCOMPARE(many.error().message,
                 std::string("The allowed maximum operations in a JSON patch is 10000, got 10001"));
        // Each copy doubles the object.
        json::array doubling;
        for (int i = 0; i < 64; ++i)
            doubling.push_back(read("{'op':'copy','from':'','path':'/a" + QByteArray::number(i) + "'}"));
        QCOMPARE(applyJsonPatch(read("{'x':'0123456789'}"), doubling).error().code, 422);
        json::array shifting(10'000, read("{'op':'add','path':'/a/0','value':0}"));
        const json::value large{{"a", json::array(500'000, json::value(0))}};
        QCOMPARE(applyJsonPatch(large, shifting).error().code, 413);
    }

    void explainsJsonPatchFailures() {
        const auto failed = applyJsonPatch(json::object(), read("[{'op':'replace','path':'/spec/x','value':1}]"));
        QCOMPARE(failed.error().reason, std::string("Invalid"));
        QCOMPARE(failed.error().message, std::string("the server rejected our request due to an error in our request"));
        QCOMPARE(failed.error().causes.size(), size_t(1));
        QCOMPARE(failed.error().causes[0].message,
                 std::string("replace operation does not apply: doc is missing path: /spec/x"));
    }

    void appliesMergePatches_data() { // the cases of RFC 7386, appendix A, and some more
        QTest::addColumn<QByteArray>("document");
        QTest::addColumn<QByteArray>("patch");
        QTest::addColumn<QByteArray>("result");
        const char *const cases[][3] = {
            {"{'a':'b'}", "{'a':'c'}", "{'a':'c'}"},
            {"{'a':'b'}", "{'b':'c'}", "{'a':'b','b':'c'}"},
            {"{'a':'b'}", "{'a':null}", "{}"},
            {"{'a':'b','b':'c'}", "{'a':null}", "{'b':'c'}"},
            {"{'a':['b']}", "{'a':'c'}", "{'a':'c'}"},
            {"{'a':'c'}", "{'a':['b']}", "{'a':['b']}"},
            {"{'a':{'b':'c'}}", "{'a':{'b':'d','c':null}}", "{'a':{'b':'d'}}"},
            {"{'a':[{'b':'c'}]}", "{'a':[1]}", "{'a':[1]}"},
            {"['a','b']", "['c','d']", "['c','d']"},
            {"{'a':'b'}", "['c']", "['c']"},
            {"{'a':'foo'}", "null", "null"},
            {"{'a':'foo'}", "'bar'", "'bar'"},
            {"{'e':null}", "{'a':1}", "{'e':null,'a':1}"},
            {"[1,2]", "{'a':'b','c':null}", "{'a':'b'}"},
            {"{}", "{'a':{'bb':{'ccc':null}}}", "{'a':{'bb':{}}}"},
        };
        for (const auto &[document, patch, result] : cases)
            QTest::addRow("%s + %s", document, patch)
                << QByteArray(document) << QByteArray(patch) << QByteArray(result);
    }
    void appliesMergePatches() {
        QFETCH(QByteArray, document);
        QFETCH(QByteArray, patch);
        QFETCH(QByteArray, result);
        json::value value = read(document);
        applyMergePatch(value, read(patch));
        compare(value, result);
    }

    void appliesStrategicPatches_data() { // on a Pod
        QTest::addColumn<QByteArray>("document");
        QTest::addColumn<QByteArray>("patch");
        QTest::addColumn<QByteArray>("result");
        const auto row = [](const char *name, const char *document, const char *patch, const char *result) {
            QTest::newRow(name) << QByteArray(document) << QByteArray(patch) << QByteArray(result);
        };
        row("members", "{'metadata':{'labels':{'a':'1','b':'2'}}}", "{'metadata':{'labels':{'a':null,'c':'3'}}}",
            "{'metadata':{'labels':{'b':'2','c':'3'}}}");
        row("lists by key", "{'spec':{'containers':[{'name':'a','image':'1'},{'name':'b','image':'1'}]}}",
            "{'spec':{'containers':[{'name':'b','image':'2'},{'name':'c','image':'3'}]}}",
            "{'spec':{'containers':[{'name':'a','image':'1'},{'name':'b','image':'2'},{'name':'c','image':'3'}]}}");
        row("nested lists",
            "{'spec':{'containers':[{'name':'a','env':[{'name':'X','value':'1'},{'name':'Y','value':'2'}]}]}}",
            "{'spec':{'containers':[{'name':'a','env':[{'name':'Y','value':'3'}]}]}}",
            "{'spec':{'containers':[{'name':'a','env':[{'name':'X','value':'1'},{'name':'Y','value':'3'}]}]}}");
        row("delete by key", "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
            "{'spec':{'containers':[{'name':'a','$patch':'delete'}]}}", "{'spec':{'containers':[{'name':'b'}]}}");
        row("replace a list", "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
            "{'spec':{'containers':[{'name':'z'},{'$patch':'replace'},{'name':'b','image':'2'}]}}",
            "{'spec':{'containers':[{'name':'z'},{'name':'b','image':'2'}]}}");
        row("replace an object", "{'spec':{'nodeName':'n','restartPolicy':'Always'}}",
            "{'spec':{'$patch':'replace','nodeName':'m'}}", "{'spec':{'nodeName':'m'}}");
        row("delete an object", "{'spec':{'nodeName':'n'}}", "{'spec':{'$patch':'delete'}}", "{'spec':{}}");
        row("set order", "{'spec':{'containers':[{'name':'a'},{'name':'b'},{'name':'c'}]}}",
            "{'spec':{'$setElementOrder/"
            "containers':[{'name':'c'},{'name':'a'}],'containers':[{'name':'c','image':'1'}]}}",
            "{'spec':{'containers':[{'name':'b'},{'name':'c','image':'1'},{'name':'a'}]}}");
        row("set order keeps what only the server has",
            "{'spec':{'containers':[{'name':'a'},{'name':'side'},{'name':'b'}]}}",
            "{'spec':{'$setElementOrder/containers':[{'name':'a'},{'name':'b'}]}}",
            "{'spec':{'containers':[{'name':'a'},{'name':'side'},{'name':'b'}]}}");
        row("set order with a deletion", "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}",
            "{'spec':{'$setElementOrder/containers':[{'name':'b'}],'containers':[{'name':'a','$patch':'delete'}]}}",
            "{'spec':{'containers':[{'name':'b'}]}}");
        row("atomic lists", "{'spec':{'containers':[{'name':'a','command':['x','y']}]}}",
            "{'spec':{'containers':[{'name':'a','command':['z']}]}}",
            "{'spec':{'containers':[{'name':'a','command':['z']}]}}");
        row("lists of scalars", "{'metadata':{'finalizers':['a','b']}}", "{'metadata':{'finalizers':['b','c']}}",
            "{'metadata':{'finalizers':['a','b','c']}}");
        row("delete scalars", "{'metadata':{'finalizers':['a','b','c']}}",
            "{'metadata':{'$deleteFromPrimitiveList/finalizers':['b','x']}}", "{'metadata':{'finalizers':['a','c']}}");
        row("delete scalars of nothing", "{'metadata':{}}",
            "{'metadata':{'$deleteFromPrimitiveList/finalizers':['b']}}", "{'metadata':{}}");
        row("retain keys", "{'spec':{'volumes':[{'name':'v','emptyDir':{}},{'name':'w'}]}}",
            "{'spec':{'volumes':[{'name':'v','$retainKeys':['name','hostPath'],'hostPath':{'path':'/x'}}]}}",
            "{'spec':{'volumes':[{'name':'v','hostPath':{'path':'/x'}},{'name':'w'}]}}");
        row("absent in the document", "{}",
            "{'spec':{'nodeName':null,'$retainKeys':['containers'],'containers':[{'name':'a','image':null},{'name':'b',"
            "'$patch':'delete'}],'$setElementOrder/containers':[{'name':'a'}]}}",
            "{'spec':{'containers':[{'name':'a'}]}}");
        row("another type", "{'spec':{'nodeName':{'x':1}}}", "{'spec':{'nodeName':'n'}}", "{'spec':{'nodeName':'n'}}");
        row("unknown members", "{'spec':{'other':{'a':1,'l':[1,2]}}}", "{'spec':{'other':{'b':2,'l':[3]}}}",
            "{'spec':{'other':{'a':1,'b':2,'l':[3]}}}");
        row("two keys the same", "{'spec':{'containers':[{'name':'a'},{'name':'a'}]}}",
            "{'spec':{'containers':[{'name':'a','image':'1'}]}}",
            "{'spec':{'containers':[{'name':'a','image':'1'},{'name':'a'}]}}");
        row("keys of numbers",
            "{'spec':{'containers':[{'name':'a','ports':[{'containerPort':80,'name':'http'},{'containerPort':81}]}]}}",
            "{'spec':{'containers':[{'name':'a','ports':[{'containerPort':80,'name':'web'}]}]}}",
            "{'spec':{'containers':[{'name':'a','ports':[{'containerPort':80,'name':'web'},{'containerPort':81}]}]}}");
        row("a directive for what is not there", "{}",
            "{'spec':{'$patch':'delete'},'metadata':{'labels':{'$patch':'replace','a':'1'},'name':'n'}}",
            "{'metadata':{'name':'n'}}");
        row("a directive for another type", "{'spec':1}", "{'spec':{'$patch':'replace','nodeName':'n'}}", "{}");
        row("merge by two keys that are one",
            "{'spec':{'containers':[{'name':'a','ports':[{'containerPort':53,"
            "'protocol':'TCP'}]}]}}",
            "{'spec':{'containers':[{'name':'a','ports':[{'containerPort':53,'protocol':'UDP'}]}]}}",
            "{'spec':{'containers':[{'name':'a','ports':[{'containerPort':53,'protocol':'UDP'}]}]}}");
        row("delete every match", "{'spec':{'containers':[{'name':'a','image':'1'},{'name':'b'},{'name':'a'}]}}",
            "{'spec':{'containers':[{'name':'a','$patch':'delete'}]}}", "{'spec':{'containers':[{'name':'b'}]}}");
        row("delete all scalars", "{'metadata':{'finalizers':['a']}}",
            "{'metadata':{'$deleteFromPrimitiveList/finalizers':['a'],'finalizers':['b'],"
            "'$setElementOrder/finalizers':['b']}}",
            "{'metadata':{'finalizers':['b']}}");
        row("order of scalars", "{'metadata':{'finalizers':['a','b','c']}}",
            "{'metadata':{'$setElementOrder/finalizers':['c','a'],'finalizers':['c']}}",
            "{'metadata':{'finalizers':['b','c','a']}}");
        row("null list", "{'spec':{'containers':null}}", "{'spec':{'containers':[{'name':'a'}]}}",
            "{'spec':{'containers':[{'name':'a'}]}}");
        row("nothing", "{'spec':{'x':1}}", "{}", "{'spec':{'x':1}}");
    }
    void appliesStrategicPatches() {
        QFETCH(QByteArray, document);
        QFETCH(QByteArray, patch);
        QFETCH(QByteArray, result);
        const TypeInfo *pod = findType("core/v1", "Pod");
        QVERIFY(pod);
        const auto patched = applyStrategicMergePatch(*pod, read(document).as_object(), read(patch).as_object());
        QVERIFY2(patched.has_value(), patched ? "" : patched.error().message.c_str());
        compare(json::value(*patched), result);
    }

    void refusesStrategicPatches_data() {
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char *patch, const char *message) { QTest::newRow(patch) << QByteArray(message); };
        row("{'$patch':'other'}", "unknown patch type: other in map: map[$patch:other]");
        row("{'spec':{'$patch':1}}", "unknown patch type: 1 in map: map[$patch:1]");
        row("{'spec':{'containers':[{'image':'x'}]}}", "map: map[image:x] does not contain declared merge key: name");
        row("{'spec':{'containers':[{'$patch':'delete'}]}}",
            "map: map[$patch:delete] does not contain declared merge key: name");
        row("{'spec':{'containers':['x']}}", "list element types are not identical");
        row("{'spec':{'containers':[{'$patch':'merge'}]}}", "merging lists cannot yet be specified in the patch");
        row("{'spec':{'containers':[{'name':'a','$patch':'x'}]}}",
            "unknown patch type: x in map: map[$patch:x name:a]");
        row("{'spec':{'$retainKeys':'x'}}", "invalid patch format of retainKeys");
        row("{'spec':{'$retainKeys':[1]}}", "invalid patch format of retainKeys");
        row("{'spec':{'$retainKeys':['a'],'nodeName':'x'}}", "invalid patch format of retainKeys");
        row("{'spec':{'$setElementOrder/containers':1}}", "invalid patch format of setElementOrder list");
        row("{'spec':{'$setElementOrder/containers':[],'containers':{}}}",
            "invalid patch format of setElementOrder list");
        row("{'spec':{'$setElementOrder/containers':[{'name':'b'},{'name':'a'}],'containers':[{'name':'a'},{'name':"
            "'b'}]}}",
            "The order in patch list:\n[map[name:a] map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:b] "
            "map[name:a]]\n");
        row("{'spec':{'$setElementOrder/containers':[{}],'containers':[{'name':'a'}]}}",
            "map: map[] does not contain declared merge key: name");
        row("{'metadata':{'$deleteFromPrimitiveList/finalizers':1}}", "invalid patch format of primitive list");
    }
    void refusesStrategicPatches() {
        QFETCH(QByteArray, message);
        const TypeInfo *pod = findType("core/v1", "Pod");
        QVERIFY(pod);
        const auto document =
            read("{'metadata':{'finalizers':['x']},'spec':{'containers':[{'name':'a'},{'name':'b'}]}}").as_object();
        const auto patched = applyStrategicMergePatch(*pod, document, read(QTest::currentDataTag()).as_object());
        QVERIFY(!patched);
        QCOMPARE(patched.error().code, 400);
        QCOMPARE(QByteArray::fromStdString(patched.error().message), message);
    }

    void mergesLongListsInTime() {
        json::array document, patch;
        for (int i = 0; i < 50'000; ++i) {
            document.push_back(json::object{{"name", std::to_string(i)}});
            patch.push_back(json::object{{"name", std::to_string(i + 25'000)}, {"image", "x"}});
        }
        const TypeInfo *pod = findType("core/v1", "Pod");
        QVERIFY(pod);
        const auto patched =
            applyStrategicMergePatch(*pod, json::object{{"spec", json::object{{"containers", document}}}},
                                     json::object{{"spec", json::object{{"containers", patch}}}});
        QVERIFY(patched.has_value());
        QCOMPARE(patched->at("spec").at("containers").as_array().size(), size_t(75'000));
    }
};

QTEST_GUILESS_MAIN(PatchTest)
#include "tst_patch.moc"
