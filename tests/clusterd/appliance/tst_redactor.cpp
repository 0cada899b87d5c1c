#include "clusterd/appliance/redactor.h"

#include "core/base/files.h"
#include "tests/clusterd/apiserver/support/fake_reader.h"

#include <QTemporaryDir>
#include <QTest>

using namespace coracle;
using namespace coracle::appliance;

/// What is secret does not leave the machine.
class RedactorTest : public QObject {
    Q_OBJECT

    static bool holds(const std::string &text, const char *word) { return text.find(word) != std::string::npos; }

private slots:
    void texts_data() {
        QTest::addColumn<QString>("given");
        QTest::addColumn<QString>("expected");
        QTest::newRow("nothing") << "pod web started" << "pod web started";
        QTest::newRow("known") << "with open-sesame in it, open-sesame" << "with ******** in it, ********";
        QTest::newRow("in base64") << "data: b3Blbi1zZXNhbWU=" << "data: ********";
        QTest::newRow("with its line's end") << "b3Blbi1zZXNhbWUK" << "********";
        QTest::newRow("as JSON") << "say: a\\\"b\\\\c-quoted" << "say: ********";
        QTest::newRow("too short to know") << "the abc" << "the abc";
        QTest::newRow("private key") << "x -----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY----- y"
                                     << "x ******** y";
        QTest::newRow("certificates stay")
            << "-----BEGIN CERTIFICATE-----\nMIIB" << "-----BEGIN CERTIFICATE-----\nMIIB";
        QTest::newRow("JSON web token") << "t=eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrIn0.abc-_1 e" << "t=******** e";
        QTest::newRow("bootstrap token") << "token abcdef.0123456789abcdef here" << "token ******** here";
        QTest::newRow("bearer") << "Authorization: Bearer xyz123 end" << "******** end";
        QTest::newRow("node token") << QString("K10%1::server:abc!").arg(QString(64, 'a')) << "********!";
    }
    void texts() {
        QFETCH(const QString, given);
        QFETCH(const QString, expected);
        const Redactor redactor({"open-sesame", "a\"b\\c-quoted", "abc"});
        QCOMPARE(QString::fromStdString(redactor.text(given.toStdString())), expected);
    }

    void longerOnesGoFirst() {
        const Redactor redactor({"password", "password-and-more"});
        QCOMPARE(redactor.text("password-and-more"), std::string(Redactor::kMask));
    }

    void secretsOfTheClusterAndOfFiles() {
        QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("token").toStdString();
        QVERIFY(writeFileAtomic(file, "the-server-token\n", 0600));
        test::FakeReader reader;
        reader.put("", "namespaces",
                   "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"default\"}}");
        reader.put("", "secrets",
                   "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\",\"namespace\":\"default\"},"
                   "\"data\":{\"password\":\"b3Blbi1zZXNhbWU=\",\"namespace\":\"ZGVmYXVsdA==\"}}");
        const Redactor redactor(reader, {file});
        QCOMPARE(redactor.text("open-sesame the-server-token in default"), std::string("******** ******** in default"));
    }

    void objects() {
        const Redactor redactor({"open-sesame"});
        const auto pod = api::Object::parse(
            "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\","
            "\"managedFields\":[{\"manager\":\"m\"}],\"annotations\":{\"keep\":\"me\","
            "\"kubectl.kubernetes.io/"
            "last-applied-configuration\":\"copied\"}},\"spec\":{\"containers\":[{\"name\":\"c\","
            "\"args\":[\"--key=open-sesame\"],\"env\":[{\"name\":\"KEY\",\"value\":\"plain\"},{\"name\":\"FROM\","
            "\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"a\"}}}]}]}}");
        const std::string text = redactor.object(**pod);
        for (const char *gone : {"managedFields", "copied", "plain", "open-sesame"})
            QVERIFY2(!holds(text, gone), gone);
        for (const char *kept : {"keep", "KEY", "fieldPath", "shop"})
            QVERIFY2(holds(text, kept), kept);
        const auto deployment = api::Object::parse(
            "{\"apiVersion\":\"apps/"
            "v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"template\":"
            "{\"spec\":{\"initContainers\":[{\"env\":[{\"name\":\"KEY\",\"value\":\"plain\"}]}]}}}}");
        QVERIFY(!holds(redactor.object(**deployment), "plain"));
        const auto secret = api::Object::parse(
            "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\"},\"data\":{\"k\":\"dg==\"}}");
        QVERIFY(!holds(redactor.object(**secret), "dg=="));
    }
};

QTEST_GUILESS_MAIN(RedactorTest)
#include "tst_redactor.moc"
