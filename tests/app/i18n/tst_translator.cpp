#include "app/i18n/translator.h"

#include <QFile>
#include <QLocale>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace coracle::app;

class TranslatorTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

private Q_SLOTS:
    void initTestCase() {
        // A file that somebody else wrote; what is in it does not matter for being listed.
        QFile file(m_folder.filePath("coracle_fr.qm"));
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
    void cleanup() { Translator({}).choose("en"); }

    void languages() {
        Translator translator({m_folder.path(), m_folder.filePath("nothing")});
        QCOMPARE(translator.codeAt(0), QString());
        QCOMPARE(translator.codeAt(1), QString("en"));
        const int french = translator.indexOf("fr");
        QVERIFY(french > 0);
        QCOMPARE(translator.data(translator.index(french), Translator::NameRole).toString(),
                 QString::fromUtf8("Français"));
        QCOMPARE(translator.indexOf("xx"), 0);
        QCOMPARE(translator.codeAt(-1), QString());
    }

    void numbersFollow() {
        Translator translator({m_folder.path()});
        QSignalSpy changed(&translator, &Translator::changed);
        translator.choose("fr");
        QCOMPARE(translator.current(), QString("fr"));
        QCOMPARE(QLocale().language(), QLocale::French);
        QCOMPARE(changed.count(), 1);
        translator.choose("xx_YY");
        QCOMPARE(translator.current(), QString("en"));
        QCOMPARE(QLocale().language(), QLocale::English);
    }

    void pseudoLanguages() {
        Translator translator({});
        translator.choose("x-rtl");
        QVERIFY(translator.rightToLeft());
        QCOMPARE(QCoreApplication::translate("Pages", "Nodes"), QString("[Nodes~]"));
        QCOMPARE(QCoreApplication::translate("x", "%n pod(s)", nullptr, 3), QString("[3 pod(s)~~~]"));
        translator.choose("x-long");
        QVERIFY(!translator.rightToLeft());
        translator.choose("en");
        QCOMPARE(QCoreApplication::translate("Pages", "Nodes"), QString("Nodes"));
    }
};

QTEST_MAIN(TranslatorTest)
#include "tst_translator.moc"
