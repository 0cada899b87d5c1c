#include "core/base/files.h"

#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>

using namespace coracle;
namespace fs = std::filesystem;

class FilesTest : public QObject {
    Q_OBJECT

private slots:
    void replacesInOneStepWithMode() {
        QTemporaryDir folder;
        const fs::path path = fs::path(folder.path().toStdString()) / "secret";
        QVERIFY(writeFileAtomic(path, "one", 0600).has_value());
        QVERIFY(writeFileAtomic(path, "two", 0600).has_value());
        QCOMPARE(*readFile(path), std::string("two"));
        struct stat info{};
        QCOMPARE(::stat(path.c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777, mode_t(0600));
        QCOMPARE(std::distance(fs::directory_iterator(path.parent_path()), {}), 1);
    }

    void saysWhatIsWrong() {
        auto missing = readFile("/nonexistent/file");
        QVERIFY(!missing);
        QCOMPARE(missing.error().message, std::string("cannot open /nonexistent/file: No such file or directory"));
        QTemporaryDir folder;
        const fs::path path = fs::path(folder.path().toStdString()) / "big";
        QVERIFY(writeFileAtomic(path, std::string(100, 'x'), 0644).has_value());
        QVERIFY(!readFile(path, 99));
    }
};

QTEST_GUILESS_MAIN(FilesTest)
#include "tst_files.moc"
