#include "app/editor/diff_rows.h"
#include "app/editor/three_way.h"
#include "app/workloads/text_diff.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace coracle::app;

namespace {

QJsonObject json(const char *text) {
    return QJsonDocument::fromJson(QByteArray(text).replace('\'', '"')).object();
}

} // namespace

class TestThreeWay : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void merges_data() {
        QTest::addColumn<QJsonObject>("base");
        QTest::addColumn<QJsonObject>("mine");
        QTest::addColumn<QJsonObject>("theirs");
        QTest::addColumn<QJsonObject>("merged");
        QTest::addColumn<QStringList>("conflicts");
        const auto row = [](const char *name, const char *base, const char *mine, const char *theirs,
                            const char *merged, const QStringList &conflicts = {}) {
            QTest::newRow(name) << json(base) << json(mine) << json(theirs) << json(merged) << conflicts;
        };
        row("only mine", "{'a':1}", "{'a':2}", "{'a':1}", "{'a':2}");
        row("only theirs", "{'a':1}", "{'a':1}", "{'a':2}", "{'a':2}");
        row("different fields", "{'s':{'a':1,'b':1}}", "{'s':{'a':2,'b':1}}", "{'s':{'a':1,'b':2}}",
            "{'s':{'a':2,'b':2}}");
        row("the same on both sides", "{'a':1}", "{'a':2}", "{'a':2}", "{'a':2}");
        row("conflict", "{'s':{'a':1}}", "{'s':{'a':2}}", "{'s':{'a':3}}", "{'s':{'a':2}}", {QStringLiteral("s.a")});
        row("I remove", "{'a':1,'b':1}", "{'b':1}", "{'a':1,'b':2}", "{'b':2}");
        row("they remove", "{'a':1,'b':1}", "{'a':1,'b':2}", "{'b':1}", "{'b':2}");
        row("I change what they remove", "{'a':1}", "{'a':2}", "{}", "{'a':2}", {QStringLiteral("a")});
        row("both add", "{}", "{'a':1}", "{'b':1}", "{'a':1,'b':1}");
        row("named items", "{'c':[{'name':'x','i':1},{'name':'y','i':1}]}",
            "{'c':[{'name':'x','i':2},{'name':'y','i':1}]}",
            "{'c':[{'name':'x','i':1},{'name':'y','i':3},{'name':'z'}]}",
            "{'c':[{'name':'x','i':2},{'name':'y','i':3},{'name':'z'}]}");
        row("named item removed", "{'c':[{'name':'x'},{'name':'y'}]}", "{'c':[{'name':'y'}]}",
            "{'c':[{'name':'x'},{'name':'y','i':1}]}", "{'c':[{'name':'y','i':1}]}");
        row("plain lists are whole", "{'l':[1]}", "{'l':[1,2]}", "{'l':[1,3]}", "{'l':[1,2]}", {QStringLiteral("l")});
    }
    void merges() {
        QFETCH(QJsonObject, base);
        QFETCH(QJsonObject, mine);
        QFETCH(QJsonObject, theirs);
        const ThreeWay result = mergeChanges(base, mine, theirs);
        QJsonObject merged = result.merged;
        merged.remove(QStringLiteral("metadata"));
        QTEST(merged, "merged");
        QTEST(result.conflicts, "conflicts");
    }

    void theirVersionIsKept() {
        const QJsonObject base = json("{'metadata':{'resourceVersion':'1','generation':1},'a':1,'status':{'x':1}}");
        const QJsonObject mine = json("{'metadata':{'resourceVersion':'1','generation':1},'a':2,'status':{'x':1}}");
        const QJsonObject theirs = json("{'metadata':{'resourceVersion':'5','generation':2},'a':1,'status':{'x':2}}");
        const ThreeWay result = mergeChanges(base, mine, theirs);
        QCOMPARE(result.conflicts, QStringList());
        QCOMPARE(result.merged, json("{'metadata':{'resourceVersion':'5','generation':2},'a':2,'status':{'x':2}}"));
    }

    void comparesWithoutServerFields() {
        const QJsonObject object =
            json("{'metadata':{'name':'a','uid':'u','resourceVersion':'1','managedFields':[]},'status':{}}");
        QCOMPARE(withoutServerFields(object), json("{'metadata':{'name':'a'}}"));
        QCOMPARE(forEditing(object), json("{'metadata':{'name':'a','uid':'u','resourceVersion':'1'},'status':{}}"));
    }

    void differencesInTwoColumns() {
        const QList<DiffRow> rows = diffRows(lineDiff(QStringLiteral("a\nb\nc\nd"), QStringLiteral("a\nB\nc\nd\ne")));
        QStringList texts;
        for (const DiffRow &row : rows)
            texts.append(
                QStringLiteral("%1%2|%3%4").arg(row.removed ? u"-" : u"", row.left, row.added ? u"+" : u"", row.right));
        QCOMPARE(texts, (QStringList{"a|a", "-b|+B", "c|c", "d|d", "|+e"}));
        QVERIFY(diffRows(QString()).isEmpty() || diffRows(QString()).first().left.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestThreeWay)
#include "tst_three_way.moc"
