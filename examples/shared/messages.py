"""Every word of the pages, in both languages."""

from typing import Literal

from examples.shared.advisor_messages import ADVISOR
from examples.shared.job_messages import JOBS
from examples.shared.live_messages import LIVE
from examples.shared.people_messages import PEOPLE

Language = Literal["en", "ar"]

MESSAGES: dict[str, dict[str, str]] = {
    **JOBS,
    **ADVISOR,
    **LIVE,
    **PEOPLE,
    "brand": {"en": "Rihla", "ar": "رحلة"},
    "skip": {"en": "Skip to content", "ar": "تخطَّ إلى المحتوى"},
    "nav": {"en": "Main", "ar": "الرئيسية"},
    "courses": {"en": "Courses", "ar": "الدورات"},
    "payments": {"en": "Payments", "ar": "المدفوعات"},
    "sign_up": {"en": "Sign up", "ar": "إنشاء حساب"},
    "sign_in": {"en": "Sign in", "ar": "تسجيل الدخول"},
    "sign_out": {"en": "Sign out", "ar": "تسجيل الخروج"},
    "other_language": {"en": "العربية", "ar": "English"},
    "sign_up_title": {"en": "Start learning", "ar": "ابدأ التعلّم"},
    "sign_up_lede": {
        "en": "An account takes a minute. Then we check your identity once.",
        "ar": "إنشاء الحساب يستغرق دقيقة، ثم نتحقق من هويتك مرة واحدة.",
    },
    "role": {"en": "I am a", "ar": "أنا"},
    "student": {"en": "Student", "ar": "طالب أو طالبة"},
    "teacher": {"en": "Teacher", "ar": "معلّم أو معلّمة"},
    "name": {"en": "Name", "ar": "الاسم"},
    "email": {"en": "E-mail", "ar": "البريد الإلكتروني"},
    "password": {"en": "Password", "ar": "كلمة المرور"},
    "password_hint": {"en": "At least 10 characters.", "ar": "عشرة أحرف على الأقل."},
    "continue": {"en": "Continue", "ar": "متابعة"},
    "have_account": {"en": "You have an account?", "ar": "لديك حساب؟"},
    "no_account": {"en": "New here?", "ar": "أول مرة هنا؟"},
    "error_name": {"en": "Give a name of 2 to 100 characters.", "ar": "اكتب اسمًا من حرفين إلى مئة حرف."},
    "error_email": {
        "en": "This is not an e-mail address. Write it as in lina@example.com.",
        "ar": "هذا ليس عنوان بريد إلكتروني. اكتبه مثل lina@example.com.",
    },
    "error_email_taken": {
        "en": "This address has an account. Sign in instead.",
        "ar": "لهذا العنوان حساب بالفعل. سجّل الدخول بدلًا من ذلك.",
    },
    "error_password": {
        "en": "Choose a password of at least 10 characters.",
        "ar": "اختر كلمة مرور من عشرة أحرف على الأقل.",
    },
    "error_role": {"en": "Choose one of the three.", "ar": "اختر واحدًا من الثلاثة."},
    "error_sign_in": {
        "en": "Address and password do not match. Nothing was changed; try again.",
        "ar": "البريد وكلمة المرور غير متطابقين. لم يتغير شيء، حاول مرة أخرى.",
    },
    "verify_title": {"en": "Your identity", "ar": "هويتك"},
    "verify_lede": {
        "en": "A national ID or a passport, checked once by an outside service.",
        "ar": "بطاقة رقم قومي أو جواز سفر، تتحقق منه مرة واحدة خدمة خارجية.",
    },
    "verify_start": {"en": "Verify my identity", "ar": "التحقق من هويتي"},
    "verify_again": {"en": "Start again", "ar": "البدء من جديد"},
    "verify_refresh": {"en": "Check again", "ar": "التحديث"},
    "verify_none": {"en": "Not started", "ar": "لم يبدأ"},
    "verify_pending": {"en": "In progress", "ar": "قيد التنفيذ"},
    "verify_review": {"en": "In review", "ar": "قيد المراجعة"},
    "verify_verified": {"en": "Approved", "ar": "تمت الموافقة"},
    "verify_rejected": {"en": "Declined", "ar": "مرفوض"},
    "verify_expired": {"en": "Expired", "ar": "انتهت المهلة"},
    "verify_reverify": {"en": "Expired", "ar": "انتهت الصلاحية"},
    "verify_none_text": {
        "en": "You can look around. To enrol, verify your identity first.",
        "ar": "يمكنك التصفح الآن. للتسجيل في دورة، تحقق من هويتك أولًا.",
    },
    "verify_pending_text": {
        "en": "The service has not told us a result yet. This page shows it when it comes.",
        "ar": "لم تصلنا نتيجة من الخدمة بعد. ستظهر هنا عند وصولها.",
    },
    "verify_review_text": {
        "en": "A person at the service is looking at your document. That can take a day.",
        "ar": "يراجع أحد العاملين في الخدمة مستندك. قد يستغرق ذلك يومًا.",
    },
    "verify_verified_text": {"en": "You can enrol in every course.", "ar": "يمكنك التسجيل في كل الدورات."},
    "verify_rejected_text": {
        "en": "The service could not confirm your identity, so the account stays closed. Write to us if this is wrong.",
        "ar": "لم تستطع الخدمة تأكيد هويتك، لذا يبقى الحساب مغلقًا. راسلنا إن كان هذا خطأ.",
    },
    "verify_expired_text": {
        "en": "The check was not finished in time. Nothing is lost; start again.",
        "ar": "لم يكتمل التحقق في الوقت المحدد. لم تفقد شيئًا، ابدأ من جديد.",
    },
    "verify_reverify_text": {
        "en": "Your document's validity is over. Verify once more.",
        "ar": "انتهت صلاحية مستندك. تحقق مرة أخرى.",
    },
    "service_down": {
        "en": "The identity service does not answer. Your account is unchanged; try again later.",
        "ar": "خدمة التحقق لا تستجيب. لم يتغير حسابك، حاول لاحقًا.",
    },
    "leaving": {
        "en": "Taking you to the identity service. Have your document at hand.",
        "ar": "ننقلك الآن إلى خدمة التحقق من الهوية. جهّز مستندك.",
    },
    "courses_title": {"en": "Courses", "ar": "الدورات"},
    "courses_lede": {
        "en": "Small groups, live every week, in Arabic and English.",
        "ar": "مجموعات صغيرة، حصص مباشرة كل أسبوع، بالعربية والإنجليزية.",
    },
    "weeks": {"en": "{n} weeks", "ar": "{n} أسابيع"},
    "students_zero": {"en": "No students yet", "ar": "لا طلاب بعد"},
    "students_one": {"en": "{n} student", "ar": "طالب واحد"},
    "students_two": {"en": "{n} students", "ar": "طالبان"},
    "students_few": {"en": "{n} students", "ar": "{n} طلاب"},
    "students_many": {"en": "{n} students", "ar": "{n} طالبًا"},
    "students_other": {"en": "{n} students", "ar": "{n} طالب"},
    "open_course": {"en": "See the course", "ar": "عرض الدورة"},
    "what_you_learn": {"en": "What you will learn", "ar": "ما الذي ستتقنه"},
    "enrol": {"en": "Enrol", "ar": "التسجيل في الدورة"},
    "enrolled": {"en": "You are enrolled", "ar": "أنت مسجّل في هذه الدورة"},
    "enrolled_text": {
        "en": "Your place is kept. The first live class is announced by mail.",
        "ar": "مكانك محفوظ. سنعلن موعد أول حصة مباشرة بالبريد.",
    },
    "sign_in_to_enrol": {"en": "Sign in to enrol", "ar": "سجّل الدخول للتسجيل"},
    "verify_to_enrol": {"en": "Verify your identity to enrol", "ar": "تحقق من هويتك للتسجيل"},
    "card": {"en": "Card", "ar": "بطاقة"},
    "pay_with": {"en": "Pay with", "ar": "طريقة الدفع"},
    "pay": {"en": "Pay {amount}", "ar": "ادفع {amount}"},
    "pay_note": {
        "en": "Test mode: no money moves. The card 4242\u00a04242\u00a04242\u00a04242 succeeds.",
        "ar": "بيئة تجريبية: لا تُحوَّل أي أموال. البطاقة 4242\u00a04242\u00a04242\u00a04242 تنجح.",
    },
    "pay_needs_script": {"en": "Paying by card needs JavaScript.", "ar": "الدفع بالبطاقة يحتاج إلى JavaScript."},
    "pay_working": {"en": "Working…", "ar": "جارٍ التنفيذ…"},
    "pay_checking": {
        "en": "Your payment is being checked. Do not pay again; this page will know.",
        "ar": "يجري التحقق من دفعتك. لا تدفع مرة أخرى، ستظهر النتيجة هنا.",
    },
    "pay_declined": {
        "en": "The bank declined the card. Nothing was charged. Try another card.",
        "ar": "رفض البنك البطاقة. لم يُخصم شيء. جرّب بطاقة أخرى.",
    },
    "pay_failed": {
        "en": "The payment could not be started. Nothing was charged. Try again in a minute.",
        "ar": "تعذّر بدء الدفع. لم يُخصم شيء. حاول بعد دقيقة.",
    },
    "pay_title": {"en": "Your payment", "ar": "الدفع"},
    "leaving_paypal": {
        "en": "Taking you to PayPal. You agree there; your place is kept as soon as you are back.",
        "ar": "ننقلك الآن إلى PayPal. وافق هناك، ويُحفظ مكانك فور عودتك.",
    },
    "pay_by_paypal": {"en": "Pay {amount} with PayPal", "ar": "ادفع {amount} عبر PayPal"},
    "paypal_note": {
        "en": "You agree on PayPal's page and come back here.",
        "ar": "توافق على صفحة PayPal ثم تعود إلى هنا.",
    },
    "quote_rate": {"en": "Rate", "ar": "سعر الصرف"},
    "quote_source": {"en": "Source", "ar": "المصدر"},
    "quote_until": {"en": "Holds until", "ar": "صالح حتى"},
    "total": {"en": "Total", "ar": "الإجمالي"},
    "quote_aged": {
        "en": "This rate is some days old: no newer one was published.",
        "ar": "هذا السعر عمره بضعة أيام: لم يُنشر سعر أحدث.",
    },
    "quote_fixed": {
        "en": "This is a fixed rate of ours, since no market rate can be had now.",
        "ar": "هذا سعر ثابت من عندنا لأن سعر السوق غير متاح الآن.",
    },
    "no_rate": {
        "en": "PayPal is not offered right now: today's exchange rate is not certain. Pay by card in EGP.",
        "ar": "الدفع عبر PayPal غير متاح الآن لأن سعر الصرف غير مؤكد اليوم. ادفع بالبطاقة بالجنيه.",
    },
    "news_canceled": {
        "en": "You left PayPal. Nothing was charged.",
        "ar": "غادرت PayPal. لم يُخصم شيء.",
    },
    "news_declined": {
        "en": "PayPal could not charge your way of paying. Nothing was charged. Choose another one, or pay by card.",
        "ar": "تعذّر على PayPal الخصم من وسيلة الدفع. لم يُخصم شيء. جرّب وسيلة أخرى أو ادفع بالبطاقة.",
    },
    "news_checking": {
        "en": "Your payment is being checked. This page shows it when it is done.",
        "ar": "يجري التحقق من دفعتك. ستظهر هنا عند اكتمالها.",
    },
    "news_review": {
        "en": "A person is looking at your payment, since it is not what we asked for.",
        "ar": "يراجع أحدنا دفعتك لأنها لا تطابق المطلوب.",
    },
    "news_stale": {
        "en": "The price in USD is not valid any more. This is the new one; nothing was charged.",
        "ar": "لم يعد السعر بالدولار صالحًا. هذا هو السعر الجديد، ولم يُخصم شيء.",
    },
    "news_paypal_down": {
        "en": "PayPal does not answer. Nothing was charged. Pay by card, or try again later.",
        "ar": "لا يستجيب PayPal. لم يُخصم شيء. ادفع بالبطاقة أو حاول لاحقًا.",
    },
    "news_card_down": {
        "en": "Card payments do not work right now. Nothing was charged. Pay with PayPal, or try again later.",
        "ar": "الدفع بالبطاقة لا يعمل الآن. لم يُخصم شيء. ادفع عبر PayPal أو حاول لاحقًا.",
    },
    "admin_payments": {"en": "All payments", "ar": "كل المدفوعات"},
    "admin_payment": {"en": "Payment {n}", "ar": "الدفعة {n}"},
    "admin_empty": {"en": "Nobody has paid for anything yet.", "ar": "لم يدفع أحد بعد."},
    "column_number": {"en": "Number", "ar": "الرقم"},
    "column_payer": {"en": "Payer", "ar": "الدافع"},
    "column_gateway": {"en": "Gateway", "ar": "بوابة الدفع"},
    "column_reason": {"en": "Reason", "ar": "السبب"},
    "price": {"en": "Price", "ar": "السعر"},
    "charged": {"en": "Charged", "ar": "المبلغ المخصوم"},
    "fee": {"en": "Fee", "ar": "الرسوم"},
    "fee_estimate": {"en": "estimated {amount}", "ar": "المتوقعة {amount}"},
    "alarm": {"en": "Alarm", "ar": "تنبيه"},
    "disputes": {"en": "Disputes", "ar": "النزاعات"},
    "disputes_none": {"en": "Nobody disputes this payment.", "ar": "لا نزاع على هذه الدفعة."},
    "disputes_unknown": {
        "en": "The gateway does not say now. Look again later.",
        "ar": "البوابة لا تجيب الآن. عاود النظر لاحقًا.",
    },
    "dispute_open": {"en": "Open", "ar": "مفتوح"},
    "dispute_won": {"en": "Won", "ar": "لصالحنا"},
    "dispute_lost": {"en": "Lost", "ar": "لصالح الدافع"},
    "answer_by": {"en": "Answer by", "ar": "الرد قبل"},
    "refunds": {"en": "Refunds", "ar": "المبالغ المستردّة"},
    "refund_amount": {"en": "Amount in {currency}", "ar": "المبلغ بعملة {currency}"},
    "refund_hint": {
        "en": "Left empty, all {amount} that is left goes back.",
        "ar": "إن تُرك فارغًا يُعاد كل المتبقي: {amount}.",
    },
    "refund_refused": {
        "en": "This is more than is left, or no amount. Write it as in 500.00.",
        "ar": "هذا أكثر من المتبقي أو ليس مبلغًا. اكتبه مثل 500.00.",
    },
    "refund_button": {"en": "Refund", "ar": "إعادة المبلغ"},
    "refund_nothing": {"en": "Nothing is left to refund.", "ar": "لم يبق ما يُعاد."},
    "refund_state_asked": {"en": "Asked for", "ar": "مطلوب"},
    "refund_state_pending": {"en": "Under way", "ar": "قيد التنفيذ"},
    "refund_state_succeeded": {"en": "Sent", "ar": "أُعيد"},
    "refund_state_failed": {"en": "Failed", "ar": "فشل"},
    "refund_state_canceled": {"en": "Canceled", "ar": "أُلغي"},
    "refund_state_refused": {"en": "Refused", "ar": "مرفوض"},
    "payments_title": {"en": "Payments", "ar": "المدفوعات"},
    "payments_empty": {"en": "You have not paid for anything yet.", "ar": "لم تدفع مقابل أي شيء بعد."},
    "browse": {"en": "Browse courses", "ar": "تصفح الدورات"},
    "column_course": {"en": "Course", "ar": "الدورة"},
    "column_state": {"en": "State", "ar": "الحالة"},
    "column_amount": {"en": "Amount", "ar": "المبلغ"},
    "column_date": {"en": "Date", "ar": "التاريخ"},
    "state_pending": {"en": "Created", "ar": "أُنشئت"},
    "state_action_required": {"en": "Needs 3-D Secure", "ar": "تحتاج 3-D Secure"},
    "state_approved": {"en": "Approved", "ar": "وافقت عليها"},
    "state_processing": {"en": "Processing", "ar": "قيد المعالجة"},
    "state_authorised": {"en": "Authorised", "ar": "محجوزة"},
    "state_paid": {"en": "Paid", "ar": "مدفوعة"},
    "state_partially_refunded": {"en": "Partly refunded", "ar": "مستردّة جزئيًا"},
    "state_refunded": {"en": "Refunded", "ar": "مستردّة"},
    "state_canceled": {"en": "Canceled", "ar": "ملغاة"},
    "state_disputed": {"en": "Disputed", "ar": "متنازع عليها"},
    "state_review": {"en": "In review", "ar": "قيد المراجعة"},
    "not_found": {"en": "This page does not exist", "ar": "هذه الصفحة غير موجودة"},
}


def say(key: str, language: Language, **values: str) -> str:
    """Give one text; a missing one is a mistake of ours and raises KeyError."""
    return MESSAGES[key][language].format(**values) if values else MESSAGES[key][language]


def plural(stem: str, count: int, language: Language) -> str:
    """Give a counted text; Arabic has six forms."""
    return say(f"{stem}_{_form(count, language)}", language, n=str(count))


def _form(count: int, language: Language) -> str:
    if count in (0, 1, 2):
        return ("zero", "one", "two")[count]
    if language == "en":
        return "other"
    last = count % 100
    return "few" if 3 <= last <= 10 else "many" if 11 <= last <= 99 else "other"
