#include "app/editor/manifests.h"
#include "app/editor/object_schema.h"
#include "app/editor/yaml_assistant.h"
#include "app/editor/yaml_highlighter.h"
#include "app/editor/yaml_outline.h"

#include <QJsonDocument>
#include <QTest>

using namespace coracle;
using namespace coracle::app;

namespace {

const QString kDeployment = QStringLiteral("apiVersion: apps/v1\n"      // 0
                                           "kind: Deployment\n"         // 1
                                           "metadata:\n"                // 2
                                           "  name: web\n"              // 3
                                           "spec:\n"                    // 4
                                           "  replicas: 2\n"            // 5
                                           "  template:\n"              // 6
                                           "    spec:\n"                // 7
                                           "      containers:\n"        // 8
                                           "      - name: a\n"          // 9
                                           "        image: b\n"         // 10
                                           "      - name: c\n"          // 11
                                           "        args:\n"            // 12
                                           "          - x: |\n"         // 13
                                           "              not: a key\n" // 14
                                           "\n"                         // 15
                                           "        image: d\n"         // 16
                                           "---\n"                      // 17
                                           "# a comment\n"              // 18
                                           "kind: ConfigMap\n"          // 19
                                           "data:\n"                    // 20
                                           "  \"app.conf\": >-\n"       // 21
                                           "    spec: 1\n"              // 22
                                           "  b: c\n");                 // 23

} // namespace

class TestYamlOutline : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fieldPaths_data() {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QStringList>("path");
        QTest::newRow("plain") << "spec.replicas" << QStringList{"spec", "replicas"};
        QTest::newRow("item") << "spec.containers[0].image" << QStringList{"spec", "containers", "0", "image"};
        QTest::newRow("key") << "metadata.labels[a.b/c]" << QStringList{"metadata", "labels", "a.b/c"};
        QTest::newRow("quoted") << "data[\"x.y\"]" << QStringList{"data", "x.y"};
        QTest::newRow("leading dot") << ".spec.foo" << QStringList{"spec", "foo"};
        QTest::newRow("none") << "" << QStringList{};
    }
    void fieldPaths() {
        QFETCH(QString, field);
        QTEST(fieldPath(field), "path");
    }

    void lines_data() {
        QTest::addColumn<int>("document");
        QTest::addColumn<QString>("field");
        QTest::addColumn<int>("line");
        QTest::newRow("top") << 0 << "kind" << 1;
        QTest::newRow("nested") << 0 << "metadata.name" << 3;
        QTest::newRow("first item") << 0 << "spec.template.spec.containers[0].image" << 10;
        QTest::newRow("second item") << 0 << "spec.template.spec.containers[1].image" << 16;
        QTest::newRow("missing in an item") << 0 << "spec.template.spec.containers[1].ports" << 11;
        QTest::newRow("missing") << 0 << "spec.selector" << 4;
        QTest::newRow("nowhere") << 0 << "" << 0;
        QTest::newRow("second document") << 1 << "kind" << 19;
        QTest::newRow("quoted key") << 1 << "data[app.conf]" << 21;
        QTest::newRow("behind a text") << 1 << "data.b" << 23;
        QTest::newRow("not in a text") << 1 << "data[app.conf].spec" << 21;
    }
    void lines() {
        QFETCH(int, document);
        QFETCH(QString, field);
        QTEST(YamlOutline(kDeployment).lineOf(document, fieldPath(field)), "line");
    }

    void places_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("parent");
        QTest::addColumn<QString>("typed");
        QTest::addColumn<bool>("value");
        QTest::newRow("top") << "ki" << QStringList{} << "ki" << false;
        QTest::newRow("in an object") << "spec:\n  rep" << QStringList{"spec"} << "rep" << false;
        QTest::newRow("empty line") << "spec:\n  " << QStringList{"spec"} << "" << false;
        QTest::newRow("back at the top") << "spec:\n  a: 1\nx" << QStringList{} << "x" << false;
        QTest::newRow("new item") << "spec:\n  list:\n  - na" << QStringList{"spec", "list", "0"} << "na" << false;
        QTest::newRow("same item") << "spec:\n  list:\n  - name: a\n    im" << QStringList{"spec", "list", "0"} << "im"
                                   << false;
        QTest::newRow("next item") << "list:\n- a: 1\n- b" << QStringList{"list", "1"} << "b" << false;
        QTest::newRow("value") << "spec:\n  type: Clu" << QStringList{"spec", "type"} << "Clu" << true;
        QTest::newRow("in a text") << "a: |\n  b" << QStringList{} << "" << false;
    }
    void places() {
        QFETCH(QString, text);
        const QStringList lines = text.split(u'\n');
        const auto place =
            YamlOutline(text).placeAt(static_cast<int>(lines.size()) - 1, static_cast<int>(lines.last().size()));
        QTEST(place.parent, "parent");
        QTEST(place.typed, "typed");
        QTEST(place.value, "value");
    }

    void suggestionsComeFromTheSchema() {
        const QByteArray document(
            "{'components':{'schemas':{"
            "'D':{'x-kubernetes-group-version-kind':[{'group':'apps','version':'v1','kind':'Deployment'}],"
            "'properties':{'spec':{'allOf':[{'$ref':'#/components/schemas/S'}],'description':'What is wanted'},"
            "'kind':{'type':'string'}}},"
            "'S':{'type':'object','required':['selector'],'properties':{"
            "'replicas':{'type':'integer','format':'int32','description':'How many'},"
            "'paused':{'type':'boolean'},"
            "'selector':{'type':'object'},"
            "'items':{'type':'array','items':{'$ref':'#/components/schemas/I'}}}},"
            "'I':{'type':'object','properties':{'policy':{'type':'string','enum':['Always','Never']}}}}}}");
        const ObjectSchema schema(QJsonDocument::fromJson(QByteArray(document).replace('\'', '"')).object(),
                                  QStringLiteral("apps"), QStringLiteral("v1"), QStringLiteral("Deployment"));
        QVERIFY(schema.isValid());
        QCOMPARE(schema.fieldAt({QStringLiteral("spec")}).help, QStringLiteral("What is wanted"));
        const auto names = [&](const QString &text) {
            const QStringList lines = text.split(u'\n');
            QStringList keys;
            for (const SuggestionRow &row :
                 suggestionsFor(schema, YamlOutline(text).placeAt(static_cast<int>(lines.size()) - 1,
                                                                  static_cast<int>(lines.last().size()))))
                keys.append(row.key);
            return keys;
        };
        QCOMPARE(names(QStringLiteral("spec:\n  ")), (QStringList{"selector", "items", "paused", "replicas"}));
        QCOMPARE(names(QStringLiteral("spec:\n  paused: true\n  replicas: 1\n  ")), (QStringList{"selector", "items"}));
        QCOMPARE(names(QStringLiteral("spec:\n  re")), (QStringList{"replicas"}));
        QCOMPARE(names(QStringLiteral("spec:\n  items:\n  - po")), (QStringList{"policy"}));
        QCOMPARE(names(QStringLiteral("spec:\n  items:\n  - policy: ")), (QStringList{"Always", "Never"}));
        QCOMPARE(names(QStringLiteral("spec:\n  paused: t")), (QStringList{"true"}));
        QCOMPARE(names(QStringLiteral("nothing:\n  ")), QStringList());
    }

    void highlighting_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QList<YamlPiece>>("pieces");
        using P = YamlPart;
        QTest::newRow("field") << "a: b" << QList<YamlPiece>{{0, 1, P::Key}, {3, 1, P::Text}};
        QTest::newRow("number") << "  n: 42" << QList<YamlPiece>{{2, 1, P::Key}, {5, 2, P::Number}};
        QTest::newRow("item") << "- x: true" << QList<YamlPiece>{{0, 1, P::Mark}, {2, 1, P::Key}, {5, 4, P::Word}};
        QTest::newRow("comment") << "a: 1 # b"
                                 << QList<YamlPiece>{{0, 1, P::Key}, {3, 1, P::Number}, {5, 3, P::Comment}};
        QTest::newRow("sign in quotes") << "a: '# b'" << QList<YamlPiece>{{0, 1, P::Key}, {3, 5, P::Text}};
        QTest::newRow("address") << "image: a:5000/b" << QList<YamlPiece>{{0, 5, P::Key}, {7, 8, P::Text}};
        QTest::newRow("only a colon") << ":" << QList<YamlPiece>{{0, 1, P::Text}};
        QTest::newRow("nothing") << "" << QList<YamlPiece>{};
    }
    void highlighting() {
        QFETCH(QString, line);
        int textColumn = -1;
        QTEST(yamlPieces(line, textColumn), "pieces");
    }

    void literalTextsAreTexts() {
        int textColumn = -1;
        yamlPieces(QStringLiteral("  a: |"), textColumn);
        QCOMPARE(textColumn, 2);
        QCOMPARE(yamlPieces(QStringLiteral("    b: c"), textColumn), (QList<YamlPiece>{{4, 4, YamlPart::Text}}));
        yamlPieces(QStringLiteral("  d: e"), textColumn);
        QCOMPARE(textColumn, -1);
    }

    void manifestsAreReadOneByOne() {
        const ReadManifests read =
            readManifests(QStringLiteral("apiVersion: v1\nkind: A\nmetadata:\n  name: a\n---\n# nothing\n---\n"
                                         "apiVersion: v1\nkind: B\nmetadata:\n  name: b\n"));
        QVERIFY(read.problems.isEmpty());
        QCOMPARE(read.manifests.size(), 2);
        QCOMPARE(read.manifests[1].document, 2);
        QCOMPARE(read.manifests[1].object["kind"].toString(), QStringLiteral("B"));
    }

    void faultsHaveTheirLine_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("line");
        QTest::newRow("no YAML") << "apiVersion: v1\nkind: A\n  x: 1\n" << 2;
        QTest::newRow("no YAML, second document") << "apiVersion: v1\nkind: A\nmetadata: {name: a}\n---\na: b\n  c: d\n"
                                                  << 5;
        QTest::newRow("no object") << "- a\n" << 0;
        QTest::newRow("no kind") << "apiVersion: v1\n" << 0;
        QTest::newRow("no name, second document")
            << "apiVersion: v1\nkind: A\nmetadata: {name: a}\n---\napiVersion: v1\nkind: A\n"
            << 4;
    }
    void faultsHaveTheirLine() {
        QFETCH(QString, text);
        const ReadManifests read = readManifests(text);
        QCOMPARE(read.problems.size(), 1);
        QTEST(read.problems.first().line, "line");
        QVERIFY(!read.problems.first().text.isEmpty());
    }

    void refusalsNameFields() {
        Status status{.code = 400,
                      .message = "strict decoding error: unknown field \"spec.foo\", unknown field \"spec.bar\""};
        QCOMPARE(refusedFields(status).size(), 2);
        QCOMPARE(refusedFields(status)[1].first, QStringLiteral("spec.bar"));
        status.message = "failed to create typed patch object (default/a; apps/v1, Kind=Deployment): .spec.foo: field "
                         "not declared in schema";
        QCOMPARE(refusedFields(status).first().first, QStringLiteral(".spec.foo"));
        status.message = "no";
        QCOMPARE(refusedFields(status).first().second, QStringLiteral("no"));
        status.causes.push_back({.reason = "FieldValueInvalid", .message = "too many", .field = "spec.replicas"});
        QCOMPARE(refusedFields(status).first().first, QStringLiteral("spec.replicas"));
    }
};

QTEST_GUILESS_MAIN(TestYamlOutline)
#include "tst_yaml_outline.moc"
