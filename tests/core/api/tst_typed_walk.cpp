#include "core/api/field_filter.h"
#include "core/api/go_text.h"
#include "core/api/typed_walk.h"
#include "tests/core/api/support/json_text.h"
#include "tests/core/api/support/typed_schema.h"

#include <QTest>

using namespace coracle;
using namespace coracle::api;
using namespace coracle::test;

namespace {

QByteArray text(const FieldSet &set) {
    return jsonText(set.toJson());
}

FieldSet setOf(const char *json) {
    return FieldSet::fromJson(readJson(json)).value();
}

Shape thing() {
    return Shape::of(&kThing);
}

using Row = std::initializer_list<const char *>;

void columns(Row names) {
    for (const char *name : names)
        QTest::addColumn<QByteArray>(name);
}

} // namespace

class TypedWalkTest : public QObject {
    Q_OBJECT

private slots:
    void tellsFields_data() {
        columns({"value", "fields"});
        const auto row = [](const char *name, const char *value, const char *fields) {
            QTest::newRow(name) << QByteArray(value) << QByteArray(fields);
        };
        row("nothing", "{}", "{}");
        row("scalars", "{'count':1,'size':'1'}", "{'f:count':{},'f:size':{}}");
        row("null", "{'count':null,'labels':null}", "{'f:count':{},'f:labels':{}}");
        row("map", "{'labels':{'a':'1','b':'2'}}", "{'f:labels':{'f:a':{},'f:b':{}}}");
        row("empty map", "{'labels':{}}", "{'f:labels':{}}");
        row("atomic map", "{'notes':{'a':'1'}}", "{'f:notes':{}}");
        row("set", "{'names':['b','a']}", "{'f:names':{'v:~a~':{},'v:~b~':{}}}");
        row("set with duplicates", "{'names':['b','a','b']}", "{'f:names':{'v:~a~':{},'v:~b~':{}}}");
        row("empty set", "{'names':[]}", "{}");
        row("atomic list", "{'args':['b','a']}", "{'f:args':{}}");
        row("list map", "{'ports':[{'port':80,'protocol':'UDP'}]}",
            "{'f:ports':{'k:{~port~:80,~protocol~:~UDP~}':{'.':{},'f:port':{},'f:protocol':{}}}}");
        row("defaulted key", "{'ports':[{'port':80,'note':'n'}]}",
            "{'f:ports':{'k:{~port~:80,~protocol~:~TCP~}':{'.':{},'f:note':{},'f:port':{}}}}");
        row("key without value or default", "{'ports':[{'protocol':'TCP'}]}",
            "{'f:ports':{'k:{~protocol~:~TCP~}':{'.':{},'f:protocol':{}}}}");
        row("list map with duplicates", "{'ports':[{'port':80,'note':'a'},{'port':80,'note':'b'},{'port':81}]}",
            "{'f:ports':{'k:{~port~:80,~protocol~:~TCP~}':{},"
            "'k:{~port~:81,~protocol~:~TCP~}':{'.':{},'f:port':{}}}}");
        row("list in a list", "{'ports':[{'port':80,'tags':['x']}]}",
            "{'f:ports':{'k:{~port~:80,~protocol~:~TCP~}':{'.':{},'f:port':{},'f:tags':{'v:~x~':{}}}}}");
        row("struct", "{'pair':{'x':1}}", "{'f:pair':{'f:x':{}}}");
        row("empty struct", "{'pair':{}}", "{'f:pair':{}}");
        row("atomic struct", "{'whole':{'x':1}}", "{'f:whole':{}}");
        row("open struct", "{'open':{'x':1,'z':{'q':[1]}}}", "{'f:open':{'f:x':{},'f:z':{'.':{},'f:q':{}}}}");
        row("raw", "{'raw':{'l':[1,2],'m':{'n':1}}}", "{'f:raw':{'f:l':{},'f:m':{'.':{},'f:n':{}}}}");
    }
    void tellsFields() {
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, fields);
        QCOMPARE(text(fieldsOf(readJson(value), thing())), fields);
    }

    void compares_data() {
        columns({"before", "after", "added", "removed", "modified"});
        const auto row = [](const char *name, const char *before, const char *after, const char *added,
                            const char *removed, const char *modified) {
            QTest::newRow(name) << QByteArray(before) << QByteArray(after) << QByteArray(added) << QByteArray(removed)
                                << QByteArray(modified);
        };
        row("same", "{'count':1,'names':['a']}", "{'names':['a'],'count':1}", "{}", "{}", "{}");
        row("scalar", "{'count':1}", "{'count':2}", "{}", "{}", "{'f:count':{}}");
        row("added", "{}", "{'count':1,'labels':{'a':'1'}}", "{'f:count':{},'f:labels':{'.':{},'f:a':{}}}", "{}", "{}");
        row("null is absent", "{'count':null}", "{}", "{}", "{}", "{}");
        row("map", "{'labels':{'a':'1','b':'1','c':'1'}}", "{'labels':{'a':'1','b':'2','d':'1'}}",
            "{'f:labels':{'f:d':{}}}", "{'f:labels':{'f:c':{}}}", "{'f:labels':{'f:b':{}}}");
        row("atomic map", "{'notes':{'a':'1'}}", "{'notes':{'b':'1'}}", "{}", "{}", "{'f:notes':{}}");
        row("set", "{'names':['a','b']}", "{'names':['c','a']}", "{'f:names':{'v:~c~':{}}}", "{'f:names':{'v:~b~':{}}}",
            "{}");
        row("order of a set", "{'names':['a','b']}", "{'names':['b','a']}", "{}", "{}", "{}");
        row("order of an atomic list", "{'args':['a','b']}", "{'args':['b','a']}", "{}", "{}", "{'f:args':{}}");
        row("list map", "{'ports':[{'port':1,'note':'a'},{'port':2}]}",
            "{'ports':[{'port':3},{'port':1,'protocol':'TCP','note':'b'}]}",
            "{'f:ports':{'k:{~port~:1,~protocol~:~TCP~}':{'f:protocol':{}},"
            "'k:{~port~:3,~protocol~:~TCP~}':{'.':{},'f:port':{}}}}",
            "{'f:ports':{'k:{~port~:2,~protocol~:~TCP~}':{'.':{},'f:port':{}}}}",
            "{'f:ports':{'k:{~port~:1,~protocol~:~TCP~}':{'f:note':{}}}}");
        row("duplicates that stay", "{'ports':[{'port':1,'note':'a'},{'port':1,'note':'b'}]}",
            "{'ports':[{'port':1,'note':'a'},{'port':1,'note':'b'}]}", "{}", "{}", "{}");
        row("duplicates that change", "{'ports':[{'port':1,'note':'a'},{'port':1,'note':'b'}]}",
            "{'ports':[{'port':1,'note':'a'},{'port':1,'note':'c'}]}", "{}", "{}",
            "{'f:ports':{'k:{~port~:1,~protocol~:~TCP~}':{}}}");
        row("duplicates that come", "{'ports':[{'port':1,'note':'a'}]}",
            "{'ports':[{'port':1,'note':'a'},{'port':1,'note':'b'}]}",
            "{'f:ports':{'k:{~port~:1,~protocol~:~TCP~}':{}}}",
            "{'f:ports':{'k:{~port~:1,~protocol~:~TCP~}':{'.':{},'f:note':{},'f:port':{}}}}", "{}");
        row("duplicates that go", "{'ports':[{'port':1,'note':'a'},{'port':1,'note':'b'}]}", "{'ports':[{'port':1}]}",
            "{'f:ports':{'k:{~port~:1,~protocol~:~TCP~}':{'.':{},'f:port':{}}}}",
            "{'f:ports':{'k:{~port~:1,~protocol~:~TCP~}':{}}}", "{}");
        row("struct", "{'pair':{'x':1}}", "{'pair':{'x':2,'y':1}}", "{'f:pair':{'f:y':{}}}", "{}",
            "{'f:pair':{'f:x':{}}}");
        row("atomic struct", "{'whole':{'x':1}}", "{'whole':{'x':2,'y':1}}", "{}", "{}", "{'f:whole':{}}");
        row("raw that turns", "{'raw':{'a':1}}", "{'raw':[1]}", "{}", "{'f:raw':{'f:a':{}}}", "{'f:raw':{}}");
    }
    void compares() {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QFETCH(QByteArray, added);
        QFETCH(QByteArray, removed);
        QFETCH(QByteArray, modified);
        const Difference difference = differenceOf(readObject(before), readObject(after), thing());
        QCOMPARE(text(difference.added), added);
        QCOMPARE(text(difference.removed), removed);
        QCOMPARE(text(difference.modified), modified);
        // The other way round, what was added is removed.
        const Difference back = differenceOf(readObject(after), readObject(before), thing());
        QCOMPARE(text(back.added), removed);
        QCOMPARE(text(back.removed), added);
        QCOMPARE(text(back.modified), modified);
    }

    void merges_data() {
        columns({"base", "overlay", "result"});
        const auto row = [](const char *name, const char *base, const char *overlay, const char *result) {
            QTest::newRow(name) << QByteArray(base) << QByteArray(overlay) << QByteArray(result);
        };
        row("nothing", "{'count':1}", "{}", "{'count':1}");
        row("scalars", "{'count':1,'size':'1'}", "{'count':2}", "{'count':2,'size':'1'}");
        row("null scalar", "{'count':1}", "{'count':null}", "{}");
        row("null map", "{'labels':{'a':'1'}}", "{'labels':null}", "{'labels':{'a':'1'}}");
        row("null set", "{'names':['a']}", "{'names':null}", "{'names':['a']}");
        row("null atomic list", "{'args':['a']}", "{'args':null}", "{}");
        row("null atomic map", "{'notes':{'a':'1'}}", "{'notes':null}", "{}");
        row("maps", "{'labels':{'a':'1','b':'1'}}", "{'labels':{'b':'2','c':'3'}}",
            "{'labels':{'a':'1','b':'2','c':'3'}}");
        row("atomic maps", "{'notes':{'a':'1'}}", "{'notes':{'b':'2'}}", "{'notes':{'b':'2'}}");
        row("sets", "{'names':['a','b']}", "{'names':['b','c']}", "{'names':['a','b','c']}");
        row("order of the overlay", "{'names':['a','b','c']}", "{'names':['c','a']}", "{'names':['b','c','a']}");
        row("new items keep their place", "{'names':['a','b']}", "{'names':['x','b','y']}",
            "{'names':['a','x','b','y']}");
        row("set with duplicates", "{'names':['a','a','b']}", "{'names':['c']}", "{'names':['a','a','b','c']}");
        row("applied over duplicates", "{'ports':[{'port':1,'note':'a'},{'port':1,'note':'b'},{'port':2}]}",
            "{'ports':[{'port':1,'tags':['x']}]}", "{'ports':[{'port':1,'tags':['x']},{'port':2}]}");
        row("list maps", "{'ports':[{'port':1,'note':'a'},{'port':2}]}",
            "{'ports':[{'port':2,'note':'b'},{'port':1,'protocol':'UDP'}]}",
            "{'ports':[{'note':'a','port':1},{'note':'b','port':2},{'port':1,'protocol':'UDP'}]}");
        row("lists in lists", "{'ports':[{'port':1,'tags':['a']}]}", "{'ports':[{'port':1,'tags':['b']}]}",
            "{'ports':[{'port':1,'tags':['a','b']}]}");
        row("atomic struct", "{'whole':{'x':1}}", "{'whole':{'y':1}}", "{'whole':{'y':1}}");
        row("struct", "{'pair':{'x':1}}", "{'pair':{'y':1}}", "{'pair':{'x':1,'y':1}}");
        row("raw", "{'raw':{'a':1,'l':[1]}}", "{'raw':{'b':1,'l':[2]}}", "{'raw':{'a':1,'b':1,'l':[2]}}");
        row("raw that turns", "{'raw':[1]}", "{'raw':{'a':1}}", "{'raw':{'a':1}}");
        row("empty map", "{}", "{'labels':{}}", "{'labels':{}}");
    }
    void merges() {
        QFETCH(QByteArray, base);
        QFETCH(QByteArray, overlay);
        QFETCH(QByteArray, result);
        const auto merged = mergeTyped(readJson(base), readJson(overlay), thing());
        QCOMPARE(jsonText(merged), result);
        QCOMPARE(jsonText(mergeTyped(merged, readJson(overlay), thing())), result);
    }

    void removes_data() {
        columns({"value", "fields", "result"});
        const auto row = [](const char *name, const char *value, const char *fields, const char *result) {
            QTest::newRow(name) << QByteArray(value) << QByteArray(fields) << QByteArray(result);
        };
        row("nothing", "{'count':1}", "{'f:size':{}}", "{'count':1}");
        row("scalar", "{'count':1,'size':'1'}", "{'f:count':{}}", "{'size':'1'}");
        row("member", "{'labels':{'a':'1','b':'2'}}", "{'f:labels':{'f:a':{}}}", "{'labels':{'b':'2'}}");
        row("last member", "{'labels':{'a':'1'}}", "{'f:labels':{'f:a':{}}}", "{}");
        row("whole map", "{'labels':{'a':'1','b':'2'}}", "{'f:labels':{'.':{},'f:a':{}}}", "{}");
        row("empty map", "{'labels':{}}", "{'f:labels':{'f:a':{}}}", "{'labels':{}}");
        row("of a set", "{'names':['a','b']}", "{'f:names':{'v:~a~':{}}}", "{'names':['b']}");
        row("item", "{'ports':[{'port':1},{'port':2}]}", "{'f:ports':{'k:{~port~:1,~protocol~:~TCP~}':{}}}",
            "{'ports':[{'port':2}]}");
        row("in an item", "{'ports':[{'port':1,'note':'a'}]}",
            "{'f:ports':{'k:{~port~:1,~protocol~:~TCP~}':{'f:note':{}}}}", "{'ports':[{'port':1}]}");
        row("a part of an atomic map", "{'notes':{'a':'1','b':'2'}}", "{'f:notes':{'f:a':{}}}", "{}");
        row("a part of a scalar", "{'count':1}", "{'f:count':{'f:a':{}}}", "{'count':1}");
    }
    void removes() {
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, fields);
        QFETCH(QByteArray, result);
        QCOMPARE(jsonText(withoutFields(readObject(value), setOf(fields), thing())), result);
    }

    void reconcilesWithChangedShapes_data() {
        columns({"fields", "result"});
        const auto row = [](const char *name, const char *fields, const char *result) {
            QTest::newRow(name) << QByteArray(fields) << QByteArray(result);
        };
        row("fits", "{'f:labels':{'f:a':{}},'f:notes':{}}", "{'f:labels':{'f:a':{}},'f:notes':{}}");
        row("map that is atomic now", "{'f:notes':{'f:a':{},'f:b':{}}}", "{'f:notes':{}}");
        row("list that is atomic now", "{'f:args':{'v:~a~':{}}}", "{'f:args':{}}");
        row("struct that is atomic now", "{'f:count':{},'f:whole':{'.':{},'f:x':{}}}", "{'f:count':{},'f:whole':{}}");
        row("map that was atomic", "{'f:labels':{}}", "{'f:labels':{}}");
        row("unknown", "{'f:gone':{'f:x':{}},'f:raw':{'f:a':{'f:b':{}}}}",
            "{'f:gone':{'f:x':{}},'f:raw':{'f:a':{'f:b':{}}}}");
    }
    void reconcilesWithChangedShapes() {
        QFETCH(QByteArray, fields);
        QFETCH(QByteArray, result);
        QCOMPARE(text(reconciled(setOf(fields), thing())), result);
    }

    void findsTypeErrors_data() {
        columns({"value", "errors"});
        const auto row = [](const char *value, const char *errors) {
            QTest::newRow(value) << QByteArray(value) << QByteArray(errors);
        };
        row("{'count':1,'raw':{'x':[]},'open':{'z':1},'labels':null}", "");
        row("{'other':1}", ".other: field not declared in schema");
        row("{'count':'1'}", ".count: expected numeric (int or float), got string");
        row("{'count':{}}", ".count: expected numeric (int or float), got map[string]interface {}");
        row("{'size':[1]}", ".size: expected any scalar, got &{[1]}");
        row("{'labels':['a','b']}", ".labels: expected map, got &{[a b]}");
        row("{'labels':{'a':1}}", ".labels.a: expected string, got &value.valueUnstructured{Value:1}");
        row("{'labels':{'a':{'b':['c',null]}}}",
            ".labels.a: expected string, got &value.valueUnstructured{Value:map[string]interface {}{'b':[]interface "
            "{}{'c', interface {}(nil)}}}");
        row("{'names':'a'}", ".names: expected list, got &{a}");
        row("{'names':{'b':1,'a':true}}", ".names: expected list, got &{map[a:true b:1]}");
        row("{'names':['a','a']}", ".names: duplicate entries for key [='a']");
        row("{'names':[null]}",
            ".names: element 0: associative list without keys has an element that's an explicit null");
        row("{'names':[{}]}", ".names: element 0: associative list without keys has an element that's a map type");
        row("{'names':[[]]}", ".names: element 0: not supported: associative list with lists as elements");
        row("{'ports':[1]}", ".ports: element 0: associative list with keys may not have non-map elements");
        row("{'ports':[null]}", ".ports: element 0: associative list with keys may not have a null element");
        row("{'ports':[{'port':1},{'protocol':'TCP','port':1}]}",
            ".ports: duplicate entries for key [port=1,protocol='TCP']");
        row("{'ports':[{'port':1,'x':1}]}", ".ports[port=1,protocol='TCP'].x: field not declared in schema");
    }
    void findsTypeErrors() {
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, errors);
        QByteArrayList found;
        for (const std::string &error : typeErrors(readJson(value), thing()))
            found << QByteArray::fromStdString(error).replace('"', '\'');
        QCOMPARE(found.join('|'), errors);
    }

    void ordersPaths() {
        const FieldSet set = setOf("{'f:b':{'.':{},'f:x':{}},'f:a':{'k:{~p~:100}':{},'k:{~p~:9}':{},'k:{~p~:~9~}':{},"
                                   "'v:10':{},'v:9':{},'i:10':{},'i:2':{}},'f:c':{},'x:later':{'f:y':{}}}");
        const std::vector<std::string> expected = {".b",     ".c",      ".a[p=\"9\"]", ".a[p=9]", ".a[p=100]",
                                                   ".a[=9]", ".a[=10]", ".a[2]",       ".a[10]",  ".b.x"};
        auto paths = set.paths();
        // Text and numbers do not compare with each other; only their order among themselves counts.
        std::ranges::sort(paths.begin() + 2, paths.begin() + 5);
        auto sorted = expected;
        std::ranges::sort(sorted.begin() + 2, sorted.begin() + 5);
        QCOMPARE(paths, sorted);
        const auto place = [&](const char *path) {
            const auto all = set.paths();
            return std::ranges::find(all, path) - all.begin();
        };
        QVERIFY(place(".a[p=9]") < place(".a[p=100]"));
        QVERIFY(place(".a[2]") < place(".a[10]"));
        for (const char *bad : {"{'f':{}}", "{'':{}}", "{'fx':{}}", "{'k:1':{}}", "{'f:a':1}", "[]"})
            QVERIFY2(!FieldSet::fromJson(readJson(bad)), bad);
    }

    void filtersFields_data() {
        columns({"kept", "only"});
        const auto row = [](const char *fields, const char *kept, const char *only) {
            QTest::newRow(fields) << QByteArray(kept) << QByteArray(only);
        };
        row("{'f:spec':{'f:a':{}},'f:status':{'.':{},'f:b':{}}}", "{'f:spec':{'f:a':{}}}", "{}");
        row("{'f:metadata':{'f:labels':{'f:x':{}},'f:name':{}}}", "{'f:metadata':{'f:name':{}}}", "{}");
        row("{'f:spec':{'f:containers':{'k:{~name~:~a~}':{'.':{},'f:image':{},'f:resources':{'f:limits':{}}}}}}",
            "{'f:spec':{'f:containers':{'k:{~name~:~a~}':{'.':{},'f:image':{},'f:resources':{'f:limits':{}}}}}}",
            "{'f:spec':{'f:containers':{'k:{~name~:~a~}':{'.':{},'f:resources':{'f:limits':{}}}}}}");
    }
    void filtersFields() {
        QFETCH(QByteArray, kept);
        QFETCH(QByteArray, only);
        const FieldSet fields = setOf(QTest::currentDataTag());
        QCOMPARE(text(FieldFilter::excluding({"status", "metadata.labels"}).apply(fields)), kept);
        QCOMPARE(text(FieldFilter::including({"spec.containers.*.resources"}).apply(fields)), only);
        QCOMPARE(text(FieldFilter().apply(fields)), text(fields));
    }

    void printsAsGo() {
        const auto value = readJson("{'b':[1,1.5,true,null,'x ~y'],'a':{'c':1e22,'d':3.0}}");
        QCOMPARE(QByteArray::fromStdString(goText(value)),
                 QByteArray("map[a:map[c:1e+22 d:3] b:[1 1.5 true <nil> x \"y]]"));
        QCOMPARE(QByteArray::fromStdString(goSyntax(readJson("{'a':[1,'x']}"))),
                 QByteArray("map[string]interface {}{\"a\":[]interface {}{1, \"x\"}}"));
        QVERIFY(goText(boost::json::value(std::string(5000, 'x'))).size() < 1100);
    }
};

QTEST_GUILESS_MAIN(TypedWalkTest)
#include "tst_typed_walk.moc"
