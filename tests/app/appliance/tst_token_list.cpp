#include "app/appliance/token_list.h"
#include "appliance_test.h"

using namespace coracle::app;

class TokenListTest : public ApplianceTest {
    Q_OBJECT

private Q_SLOTS:
    void createsShowsAndRevokes() {
        TokenList tokens;
        tokens.setSession(m_session.get());
        QTRY_COMPARE(tokens.state(), ViewState::Ready);
        QCOMPARE(tokens.rows()->count(), 0);

        tokens.create("  for the second box ", 24);
        QVERIFY(tokens.busy());
        QTRY_VERIFY(!tokens.joinId().isEmpty());
        const QString id = tokens.joinId();
        QVERIFY2(tokens.joinCommand().contains("--server"), qPrintable(tokens.joinCommand()));
        QVERIFY(tokens.joinToken().contains(id));
        QCOMPARE(tokens.joinQrText(), "clusterd-join:" + tokens.joinServer() + "#" + tokens.joinToken());
        QTRY_COMPARE(tokens.rows()->count(), 1);
        QCOMPARE(roleOf(*tokens.rows(), 0, "title").toString(), QString("for the second box"));
        QCOMPARE(roleOf(*tokens.rows(), 0, "tone").toString(), QString("ok"));

        tokens.hide();
        QVERIFY(tokens.joinToken().isEmpty());
        tokens.show(id);
        QTRY_COMPARE(tokens.joinId(), id);

        tokens.revoke(id);
        QTRY_COMPARE(tokens.rows()->count(), 0);
        QVERIFY(tokens.joinId().isEmpty()); // what is revoked is not shown any more
        QVERIFY(tokens.commandError().isEmpty());
    }

    void marksEndlessOnes() {
        TokenList tokens;
        tokens.setSession(m_session.get());
        tokens.create("", 0);
        QTRY_COMPARE(tokens.rows()->count(), 1);
        QCOMPARE(roleOf(*tokens.rows(), 0, "tone").toString(), QString("warning"));
        QCOMPARE(roleOf(*tokens.rows(), 0, "title"), roleOf(*tokens.rows(), 0, "key"));
        tokens.revoke(tokens.joinId());
        QTRY_COMPARE(tokens.rows()->count(), 0);
    }

    void tellsWhatFailed() {
        TokenList tokens;
        tokens.setSession(m_session.get());
        tokens.revoke("nosuch");
        QTRY_VERIFY(!tokens.commandError().isEmpty());
        QVERIFY(!tokens.busy());
        tokens.clearError();
        QVERIFY(tokens.commandError().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TokenListTest)
#include "tst_token_list.moc"
