#include "core/config/token.h"

#include "core/pki/certificate.h"
#include "core/pki/encoding.h"

#include <QRegularExpression>
#include <QTest>

using namespace coracle;
using namespace coracle::config;

class TokenTest : public QObject {
    Q_OBJECT

private slots:
    void readsAllForms() {
        const std::string hash(64, 'a');
        auto secure = Token::parse("K10" + hash + "::server:p:w");
        QVERIFY(secure.has_value());
        QCOMPARE(secure->caHash, hash);
        QCOMPARE(secure->user, std::string("server"));
        QCOMPARE(secure->password, std::string("p:w")); // only the first colon divides
        QCOMPARE(secure->text(), "K10" + hash + "::server:p:w");
        auto bootstrap = Token::parse("K10" + hash + "::abc123.0123456789abcdef");
        QVERIFY(bootstrap->isBootstrap());
        QCOMPARE(bootstrap->bootstrapId(), std::string("abc123"));
        QCOMPARE(bootstrap->text(), "K10" + hash + "::abc123.0123456789abcdef");
        QCOMPARE(Token::parse("sesame")->password, std::string("sesame"));
        QCOMPARE(Token::parse("K10")->password, std::string("K10"));
        QVERIFY(Token::parse("abc123.0123456789abcdef")->isBootstrap());
    }

    void refuses_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("empty") << "";
        QTest::newRow("short hash") << "K10abc::server:secretword";
        QTest::newRow("upper-case hash") << "K10" + QString(64, 'A') + "::server:secretword";
        QTest::newRow("no user") << "K10" + QString(64, 'a') + "::secretword";
        QTest::newRow("empty user") << "K10" + QString(64, 'a') + "::" + ":secretword";
        QTest::newRow("no password") << "K10" + QString(64, 'a') + "::server:";
        QTest::newRow("space") << "secret word";
        QTest::newRow("newline") << "secretword\n";
    }
    void refuses() {
        QFETCH(QString, text);
        auto token = Token::parse(text.toStdString());
        QVERIFY(!token);
        QVERIFY(token.error().message.find("secret") == std::string::npos); // tokens are never quoted
    }

    void hashesTheCa() {
        const WallTime now = systemClock().now();
        auto root = pki::CertificateAuthority::create("root", now, now + std::chrono::hours(24));
        QVERIFY(root.has_value());
        const std::string rootPem = root->certificate.pem();
        QCOMPARE(*caHash(rootPem), pki::sha256Hex(rootPem));
        auto below = root->createIntermediate("below", now, now + std::chrono::hours(24));
        QVERIFY(below.has_value());
        QCOMPARE(*caHash(below->certificate.pem() + rootPem), pki::sha256Hex(root->certificate.der()));
        QVERIFY(!caHash("no certificate"));
    }

    void generates() {
        const QRegularExpression form("^[a-z0-9]{6}\\.[a-z0-9]{16}$");
        const std::string first = generateBootstrapToken(systemRandom());
        QVERIFY(form.match(QString::fromStdString(first)).hasMatch());
        QVERIFY(first != generateBootstrapToken(systemRandom()));
        QCOMPARE(generatePassword(systemRandom()).size(), size_t(32));
    }
};

QTEST_GUILESS_MAIN(TokenTest)
#include "tst_token.moc"
