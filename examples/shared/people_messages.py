"""The words of companies, of teachers who wait for approval, of notices, the audit trail and one's account."""

_TEACHERS: dict[str, dict[str, str]] = {
    "teaching": {"en": "Teaching", "ar": "التدريس"},
    "teaching_waiting": {"en": "Waiting", "ar": "قيد الانتظار"},
    "teaching_approved": {"en": "Approved", "ar": "تمت الموافقة"},
    "teaching_rejected": {"en": "Not approved", "ar": "لم يُقبل"},
    "teaching_waiting_text": {
        "en": "Your identity is confirmed. Now a person here looks at your wish to teach; you are mailed the answer.",
        "ar": "تأكدت هويتك. يراجع أحدنا الآن طلبك للتدريس، وسنراسلك بالنتيجة.",
    },
    "teaching_approved_text": {
        "en": "You can be given courses, and schedule live classes for them.",
        "ar": "يمكن إسناد الدورات إليك، ويمكنك جدولة حصصها المباشرة.",
    },
    "teaching_rejected_text": {
        "en": "You cannot teach here now. If something has changed, ask us to look again.",
        "ar": "لا يمكنك التدريس هنا الآن. إن تغيّر شيء، فاطلب مراجعة جديدة.",
    },
    "teaching_reason": {"en": "Reason:", "ar": "السبب:"},
    "teaching_again": {"en": "Ask for another look", "ar": "طلب مراجعة جديدة"},
    "teaching_asked": {"en": "Asked", "ar": "تاريخ الطلب"},
    "teaching_tries_zero": {"en": "never asked", "ar": "لم يُطلب"},
    "teaching_tries_one": {"en": "asked once", "ar": "طُلب مرة واحدة"},
    "teaching_tries_two": {"en": "asked twice", "ar": "طُلب مرتين"},
    "teaching_tries_few": {"en": "asked {n} times", "ar": "طُلب {n} مرات"},
    "teaching_tries_many": {"en": "asked {n} times", "ar": "طُلب {n} مرة"},
    "teaching_tries_other": {"en": "asked {n} times", "ar": "طُلب {n} مرة"},
    "admin_teachers": {"en": "Teachers", "ar": "المعلّمون"},
    "admin_teachers_lede": {
        "en": "Their identity is confirmed; whether they teach here, you decide. They are mailed at once.",
        "ar": "هويتهم مؤكدة، وقرار التدريس هنا لك. تصلهم رسالة فور القرار.",
    },
    "admin_teachers_empty": {"en": "All done: nobody waits.", "ar": "لا أحد ينتظر."},
    "admin_teachers_decided": {"en": "Decided", "ar": "القرارات السابقة"},
    "teacher_approve": {"en": "Approve", "ar": "موافقة"},
    "teacher_approve_who": {"en": "Approve {name}", "ar": "موافقة على {name}"},
    "teacher_reject": {"en": "Reject", "ar": "رفض"},
    "teacher_reject_who": {"en": "Reject {name}", "ar": "رفض {name}"},
    "teacher_reason": {"en": "Reason", "ar": "السبب"},
    "teacher_reason_hint": {
        "en": "May be left empty. The teacher reads these words.",
        "ar": "يمكن تركه فارغًا. يقرأ المعلّم هذه الكلمات.",
    },
    "teacher_reason_long": {"en": "Say it in 500 characters.", "ar": "اكتبه في 500 حرف."},
    "toast_teacher_rejected": {
        "en": "Your wish to teach was not approved.",
        "ar": "لم تتم الموافقة على طلبك للتدريس.",
    },
    "verify_verified_text_teacher": {"en": "Your identity is confirmed.", "ar": "تأكدت هويتك."},
}

_COMPANIES: dict[str, dict[str, str]] = {
    "company": {"en": "Company", "ar": "شركة"},
    "company_hint": {"en": "For companies only: its name.", "ar": "للشركات فقط: اسم الشركة."},
    "company_page": {"en": "Your jobs", "ar": "وظائف شركتك"},
    "error_company": {
        "en": "Give the company's name, of 2 to 200 characters.",
        "ar": "اكتب اسم الشركة من حرفين إلى 200 حرف.",
    },
    "verify_verified_text_company": {
        "en": "You can post jobs, and answer who applies.",
        "ar": "يمكنك نشر الوظائف والرد على المتقدمين.",
    },
    "toast_application_received": {"en": "New application:", "ar": "طلب توظيف جديد:"},
    "toast_open_application": {"en": "See the application", "ar": "عرض الطلب"},
}

PEOPLE = {**_TEACHERS, **_COMPANIES}
