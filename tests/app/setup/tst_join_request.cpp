#include "app/setup/join_form.h"

#include <QTest>

using namespace coracle::app;

namespace {
const QString kSecure = "K10" + QString(64, 'a') + "::abcdef.0123456789abcdef";
}

class JoinRequestTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reads_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("server");
        QTest::addColumn<QString>("token");
        QTest::newRow("code") << "clusterd-join:https://a:6443#tok" << "https://a:6443" << "tok";
        QTest::newRow("command") << "clusterd agent --server https://a:6443 --token tok" << "https://a:6443" << "tok";
        QTest::newRow("equal signs") << "clusterd agent --server=https://a --token='tok'" << "https://a" << "tok";
        QTest::newRow("no code") << "https://a:6443" << "" << "";
        QTest::newRow("nothing") << "" << "" << "";
    }
    void reads() {
        QFETCH(QString, text);
        const JoinRequest request = JoinRequest::fromText(text);
        QTEST(request.server, "server");
        QTEST(request.token, "token");
    }

    void checks_data() {
        QTest::addColumn<QString>("server");
        QTest::addColumn<QString>("token");
        QTest::addColumn<bool>("serverOk");
        QTest::addColumn<bool>("tokenOk");
        QTest::newRow("secure") << "https://10.0.0.1:6443" << kSecure << true << true;
        QTest::newRow("plain secret") << "https://host:6443" << "secret" << true << true;
        QTest::newRow("IPv6") << "https://[fd00::1]:6443/" << "secret" << true << true;
        QTest::newRow("http") << "http://host:6443" << "secret" << false << true;
        QTest::newRow("no scheme") << "host:6443" << "secret" << false << true;
        QTest::newRow("a path") << "https://host:6443/join" << "secret" << false << true;
        QTest::newRow("cut off") << "https://host" << kSecure.left(40) << true << false;
        QTest::newRow("blanks") << "https://host" << "two words" << true << false;
        QTest::newRow("empty") << "" << "" << false << false;
    }
    void checks() {
        QFETCH(QString, server);
        QFETCH(QString, token);
        QFETCH(bool, serverOk);
        QFETCH(bool, tokenOk);
        const JoinRequest request{server, token};
        QCOMPARE(request.serverError().isEmpty(), serverOk);
        QCOMPARE(request.tokenError().isEmpty(), tokenOk);
        QCOMPARE(!request.command().isEmpty(), serverOk && tokenOk);
    }

    void aScannedCodeFillsTheForm() {
        JoinForm form;
        QVERIFY(form.serverError().isEmpty()); // nothing was typed yet
        form.setToken("clusterd-join:https://a:6443#" + kSecure);
        QCOMPARE(form.server(), QString("https://a:6443"));
        QCOMPARE(form.token(), kSecure);
        QVERIFY(form.checksServer());
        form.setToken("plain");
        QVERIFY(!form.checksServer());
        QVERIFY(!form.trustText().isEmpty());
        form.setServer("nonsense");
        QVERIFY(!form.serverError().isEmpty());
        QVERIFY(form.command().isEmpty());
    }
};

QTEST_GUILESS_MAIN(JoinRequestTest)
#include "tst_join_request.moc"
